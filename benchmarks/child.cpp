#include "child.hpp"

#include "flight.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr std::chrono::seconds time_to_start{30};

} // namespace

child::child(const std::string& role, const std::string& to) {
  std::vector<std::string> arguments{"ockam-bench", "serve", role};
  if (!to.empty())
    arguments.insert(arguments.end(), {"--to", to});
  start("/proc/self/exe", std::move(arguments));
  line_ = read_line(role, time_to_start);
}

child::child(std::vector<std::string> command, const std::string& ready) : signalled_{true} {
  const auto program = command.front();
  start(program, std::move(command));
  auto found = std::string::npos;
  do {
    line_ = read_line(program, time_to_start);
    found = line_.find(ready);
  } while (found == std::string::npos);
  line_.erase(0, found + ready.size());
}

void child::start(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> raw;
  for (auto& each : arguments)
    raw.push_back(each.data());
  raw.push_back(nullptr);
  int input[2];
  int output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe"};
  pid_ = fork();
  if (pid_ < 0)
    throw std::system_error{errno, std::generic_category(), "fork"};
  if (pid_ == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execv(program.c_str(), raw.data());
    _exit(127);
  }
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  output_ = output[0];
}

child::~child() {
  close(input_);
  if (signalled_)
    kill(pid_, SIGTERM);
  for (int tries = 0; waitpid(pid_, nullptr, WNOHANG) == 0; ++tries) {
    if (tries == 500) {
      std::fprintf(stderr, "error: the other process did not end\n");
      kill(pid_, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  close(output_);
}

void child::serve(const std::string& line) {
  std::cout << line + '\n' << std::flush;
  char ignored = 0;
  while (read(STDIN_FILENO, &ignored, 1) > 0 || errno == EINTR)
    errno = 0;
}

std::string child::ask(const std::string& line) const {
  const auto all = line + '\n';
  if (write(input_, all.data(), all.size()) != static_cast<ssize_t>(all.size()))
    throw std::system_error{errno, std::generic_category(), "write"};
  return read_line(line, hang_limit / 2);
}

std::string child::read_line(const std::string& name, std::chrono::milliseconds within) const {
  std::string line;
  for (char next = 0;;) {
    pollfd ready{output_, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(within.count())) <= 0 || read(output_, &next, 1) <= 0)
      throw std::runtime_error{"the other process (" + name + ") says nothing"};
    if (next == '\n')
      return line;
    line += next;
  }
}

std::string find_program(const std::string& name) {
  const auto* const path = std::getenv("PATH");
  std::istringstream folders{std::string{path != nullptr ? path : ""}
                             + ":/usr/local/bin:/usr/sbin"};
  for (std::string folder; std::getline(folders, folder, ':');)
    if (auto program = folder + '/' + name; std::filesystem::exists(program))
      return program;
  return {};
}

std::string free_port() {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool found = bind(made, reinterpret_cast<sockaddr*>(&at), size) == 0
                     && getsockname(made, reinterpret_cast<sockaddr*>(&at), &size) == 0;
  close(made);
  if (!found)
    throw std::system_error{errno, std::generic_category(), "bind"};
  return std::to_string(ntohs(at.sin_port));
}

} // namespace bench
