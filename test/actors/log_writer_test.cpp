#include "log/log_writer.hpp"

#include "test_node.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace ockam::test {
namespace {

using testing::EndsWith;
using testing::StartsWith;

/// A pipe that is read when the test says so, and a writer to it, which is never destroyed.
class LogWriter : public testing::Test {
protected:
  LogWriter() {
    EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0);
    writer_ = new internal::log_writer{
      ends_[1], [](std::uint64_t lines) { return std::to_string(lines) + " left out\n"; },
      capacity};
  }

  static constexpr std::size_t capacity = 1'000;

  internal::log_writer& writer() { return *writer_; }

  /// Fills the pipe up to its last byte.
  void fill() {
    const auto flags = ::fcntl(ends_[1], F_GETFL);
    ::fcntl(ends_[1], F_SETFL, flags | O_NONBLOCK);
    const std::string block(4'096, '.');
    for (auto size = block.size(); size > 0;)
      if (const auto count = ::write(ends_[1], block.data(), size); count > 0)
        filled_ += static_cast<std::size_t>(count);
      else
        size /= 2;
    ::fcntl(ends_[1], F_SETFL, flags);
  }

  /// What comes through the pipe, until `complete` of it is true; less when it does not come.
  template <class Predicate>
  std::string read_until(Predicate complete) {
    std::string text;
    std::array<char, 4'096> block{};
    pollfd readable{ends_[0], POLLIN, 0};
    while (!complete(text) && ::poll(&readable, 1, 10'000) == 1) {
      const auto count = ::read(ends_[0], block.data(), block.size());
      if (count <= 0)
        break;
      const auto size = static_cast<std::size_t>(count);
      const auto dots = std::min(filled_, size);
      filled_ -= dots;
      text.append(block.data() + dots, size - dots);
    }
    return text;
  }

  std::string read_until_end_of(const char* last) {
    return read_until([last](const std::string& text) { return text.ends_with(last); });
  }

  void close_reader() { ::close(ends_[0]); }

private:
  std::array<int, 2> ends_{};
  std::size_t filled_ = 0;
  internal::log_writer* writer_ = nullptr;
};

TEST_F(LogWriter, LOG5_WritesLinesInOrder) {
  writer().push("one\n");
  writer().push("two\n");
  EXPECT_EQ(read_until_end_of("two\n"), "one\ntwo\n");
  EXPECT_TRUE(writer().wait_until_written(long_timeout));
}

TEST_F(LogWriter, LOG5_LinesBeyondTheQueueAreCountedAndTheCountIsWritten) {
  fill();
  const std::string line = std::string(99, 'x') + '\n';
  for (int i = 0; i < 100; ++i)
    writer().push(line);
  EXPECT_FALSE(writer().wait_until_written(1ms));
  const auto accounted_for = [&](const std::string& text) {
    std::size_t sum = 0;
    std::istringstream lines{text};
    for (std::string each; std::getline(lines, each);)
      sum += each.starts_with('x') ? 1 : std::stoul(each);
    return text.ends_with('\n') ? sum : 0;
  };
  const auto text = read_until([&](const auto& so_far) { return accounted_for(so_far) == 100; });
  EXPECT_EQ(accounted_for(text), 100u) << text;
  EXPECT_THAT(text, StartsWith(line));
  EXPECT_THAT(text, EndsWith(" left out\n"));
  EXPECT_LE(text.size(), capacity + 3 * line.size()); // the queue, and the line being written
}

TEST_F(LogWriter, LOG5_ALineLargerThanTheQueueIsWrittenToo) {
  const std::string line = std::string(10 * capacity, 'x') + '\n';
  writer().push(line);
  EXPECT_EQ(read_until_end_of("\n"), line);
}

TEST_F(LogWriter, LOG5_TheExitWaitsForALimitedTimeInAll) {
  fill();
  writer().push("before\n");
  const auto began = std::chrono::steady_clock::now();
  writer().begin_exit(50ms);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 50ms);
  for (int i = 0; i < 500; ++i)
    writer().push("after\n");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s); // 25 s if each one waited
}

TEST_F(LogWriter, LOG5_LinesDuringTheExitAreWrittenWhenPushReturns) {
  writer().begin_exit(long_timeout);
  writer().push("last words\n");
  EXPECT_TRUE(writer().wait_until_written(0ms));
}

TEST_F(LogWriter, LOG5_AReaderThatHasGoneEndsNothing) {
  close_reader();
  writer().push("for nobody\n"); // SIGPIPE would end this program
  EXPECT_TRUE(writer().wait_until_written(long_timeout));
}

} // namespace
} // namespace ockam::test
