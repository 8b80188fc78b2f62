#pragma once

#include "process.hpp"
#include "transports/test_nodes.hpp"

#include <array>
#include <list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace ockam::test {

/// The maker of a node: this project, or a release of the Rust crate `ockam`.
enum class maker : std::uint8_t { cpp, rust_0_150, rust_0_139 };

inline constexpr std::array all_makers{maker::cpp, maker::rust_0_150, maker::rust_0_139};
inline constexpr std::array rust_makers{maker::rust_0_150, maker::rust_0_139};

/// "Cpp", "Rust0150", "Rust0139": a part of a test's name.
std::string_view to_string(maker by) noexcept;
std::ostream& operator<<(std::ostream& out, maker by);

/// Names a test by its makers: "Cpp", "CppToRust0150", ...
std::string name_of(const testing::TestParamInfo<maker>& info);
std::string names_joined(std::initializer_list<maker> makers);

/// For requests of a Rust node of which one is answered and another is not, in milliseconds.
inline constexpr auto enough_for_a_reply = "2000";

/// A process that listens.
struct listening_peer {
  process* program = nullptr; // the fixture's
  std::string address{};
};

/// Nodes in this process, and peers in processes of their own. A peer still running at the end of
/// the test is killed; what all of them wrote is kept when the test has failed.
class interop_test : public nodes_test {
protected:
  ~interop_test() override;
  void TearDown() override;

  /// Variables of every program that is started.
  std::vector<std::string> environment{"OCKAM_LOG_LEVEL=info"};

  /// One of our programs, by name, or the path of another one.
  process& start(const std::string& program, std::vector<std::string> arguments);

  /// A program of a release of the crate, see rust/roles.
  process& start_rust(maker release, const std::string& role, std::vector<std::string> options);

  // -- the nodes of the tutorial, by their makers ----------------------------------------------

  listening_peer start_responder(maker by);
  listening_peer start_middle(maker by, const std::string& responder);

  /// Runs the initiator of the tutorial to its end; true when it has received the reply.
  bool initiator_receives_reply(maker by, const std::string& address);
  bool two_hops_initiator_receives_reply(maker by, const std::string& address);

  // -- Rust nodes with more to them -----------------------------------------------------------------

  /// A listener with a worker for each purpose, of which `admitted` may be reached.
  listening_peer start_listener(maker release, const std::vector<std::string>& admitted,
                                std::vector<std::string> options = {});

  /// Runs an initiator to its end.
  outcome run_initiator(maker release, const std::string& address,
                        std::vector<std::string> options = {});

private:
  bool receives_reply(const std::string& program, std::vector<std::string> arguments);
  void keep_logs();

  std::list<process> processes_;
};

/// The parameter is a release of the crate.
class rust_test : public interop_test, public testing::WithParamInterface<maker> {};

/// Lines on stdout that begin with one of our programs' words; the peers' logs are left out.
std::vector<std::string> replies_in(const outcome& ended);

} // namespace ockam::test
