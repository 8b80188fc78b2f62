#include "process.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <arpa/inet.h>

namespace {

using ockam::test::process;
using ockam::test::run;

/// A named pipe that is full, and that nothing reads.
class full_pipe {
public:
  full_pipe() {
    std::string pattern = (std::filesystem::temp_directory_path() / "ockam-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    EXPECT_EQ(::mkfifo(path().c_str(), 0600), 0);
    end_ = ::open(path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    const std::array<char, 4'096> block{};
    for (auto size = block.size(); size > 0;)
      if (::write(end_, block.data(), size) <= 0)
        size /= 2;
  }
  full_pipe(const full_pipe&) = delete;
  full_pipe& operator=(const full_pipe&) = delete;
  ~full_pipe() {
    ::close(end_);
    std::filesystem::remove_all(directory_);
  }

  [[nodiscard]] std::string path() const { return directory_ + "/stderr"; }

private:
  std::string directory_;
  int end_ = -1;
};

/// Connects and sends what is no protocol of ours.
void send_garbage(const std::string& to) {
  const auto colon = to.rfind(':');
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(std::stoi(to.substr(colon + 1))));
  ASSERT_EQ(::inet_pton(AF_INET, to.substr(0, colon).c_str(), &where.sin_addr), 1);
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(made, reinterpret_cast<const sockaddr*>(&where), sizeof where), 0);
  const std::string request = "GET / HTTP/1.0\r\n\r\n";
  EXPECT_EQ(::send(made, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  ::close(made);
}

TEST(FullStderr, LOG5_AProgramAnswersAndStopsAllTheSame) {
  const full_pipe err;
  process responder{"/bin/sh",
                    {"-c", R"(exec "$0" 127.0.0.1:0 2>"$1")",
                     OCKAM_APPS_DIR "/04-routing-over-transport-responder", err.path()}};
  const auto at = responder.wait_until_listening();
  for (int i = 0; i < 10; ++i)
    send_garbage(at);
  const auto asked = run("04-routing-over-transport-initiator", {at});
  EXPECT_EQ(asked.status, 0) << testing::PrintToString(asked);
  const auto ended = responder.end_with(SIGTERM);
  EXPECT_EQ(ended.status, 0) << testing::PrintToString(ended);
  EXPECT_LT(ended.took, std::chrono::seconds{10});
}

} // namespace
