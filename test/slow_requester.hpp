#pragma once

#include "process.hpp"

#include "ockam/actors/node.hpp"
#include "ockam/protocol/codec.hpp"
#include "ockam/protocol/message.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ockam::test {

/// Requests that leave as fast as they can, and answers that are read slowly.
struct slow_work {
  std::string name; ///< part of the names of tests
  int count = 0;
  std::size_t size = 0; ///< of each body
  std::chrono::microseconds pause{0};

  /// The same bytes in the same time, in bodies of `largest` bytes at most.
  [[nodiscard]] slow_work in_bodies_of(std::size_t largest) const;

  /// The body of a request, and of its answer: no two are alike.
  [[nodiscard]] std::string body(int number) const;
};

void PrintTo(const slow_work& what, std::ostream* out);

inline const std::vector<slow_work> slow_works{
  {"Of1MiB", 64, 1u << 20, std::chrono::milliseconds{20}},
  {"Of4KiB", 20'000, 4u << 10, std::chrono::microseconds{100}},
  {"Of200KB", 300, 200'000, std::chrono::milliseconds{5}},
};

/// A peer that is no node, on a stream of its own. One thread may write while another reads.
class slow_client {
public:
  virtual ~slow_client() = default;
  virtual void write(const message& content) = 0; ///< throws when the stream has ended
  virtual std::optional<message> read() = 0;      ///< nothing when none comes for 10 s
  virtual void end() noexcept = 0;                ///< `read` and `write` of other threads return
};

enum class slow_transport : std::uint8_t { tcp, uds, websocket };

/// @param place  host:port, or the path of a Unix socket
std::unique_ptr<slow_client> connect_slow_client(slow_transport over, const std::string& place);

struct slow_outcome {
  int answers = 0;                       ///< intact and in order, before anything else came
  std::string ended;                     ///< why there were no more; empty when all have come
  std::chrono::duration<double> took{0}; ///< from the first answer that was read
};

/// Asks along `to` until no more goes, and then reads the answers, at the pace of `work`.
slow_outcome ask_slowly(slow_client& client, const slow_work& work, const route& to);

/// What comes back where messages may be lost.
struct lossy_outcome {
  int answers = 0; ///< intact, each once, in any order
  int broken = 0;
  int repeated = 0;
};

/// The same by a node, until nothing comes any more.
/// @param entrance  what the answers come in through
lossy_outcome ask_slowly(node& own, const flow_control_id& entrance, const slow_work& work,
                         const route& to);

/// For processes whose memory is measured: what they free goes back to the system, so that RSS is what
/// they use.
inline constexpr auto memory_shows = "GLIBC_TUNABLES=glibc.malloc.mmap_threshold=16384";

/// Sanitizers keep what was freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool memory_tells = false;
#else
inline constexpr bool memory_tells = true;
#endif

/// What processes take on top of what they had, at most.
class memory_growth {
public:
  explicit memory_growth(std::vector<const process*> of);
  [[nodiscard]] std::vector<std::size_t> bytes() const;

private:
  std::vector<const process*> of_;
  std::vector<std::size_t> before_;
};

/// "17.5 MiB", or "17.5 and 3.0 MiB".
std::string in_mebibytes(const std::vector<std::size_t>& sizes);

/// "64 of 64 in order in 1.4 s; 17.5 MiB".
std::string summary(const slow_work& work, const slow_outcome& outcome,
                    const std::vector<std::size_t>& memory);
std::string summary(const slow_work& work, const lossy_outcome& outcome,
                    const std::vector<std::size_t>& memory);

} // namespace ockam::test
