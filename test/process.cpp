#include "process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

#ifndef OCKAM_APPS_DIR // programs are named by their paths
#  define OCKAM_APPS_DIR "."
#endif

namespace ockam::test {

namespace {

using clock = std::chrono::steady_clock;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& each : texts)
    pointers.push_back(each.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> inherited_environment() {
  std::vector<std::string> variables;
  for (auto** each = environ; *each != nullptr; ++each)
    if (!std::string_view{*each}.starts_with("OCKAM_FLOW="))
      variables.emplace_back(*each);
  return variables;
}

void check(int failed, const char* what) {
  if (failed != 0)
    throw std::system_error{failed, std::generic_category(), what};
}

sockaddr_in loopback(int port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return where;
}

/// A TCP socket that listens at a port of the loopback address, 0 for any; -1 when it is in use.
int listening_socket(int port, int backlog) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto where = loopback(port);
  if (::bind(made, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0
      && ::listen(made, backlog) == 0)
    return made;
  ::close(made);
  return -1;
}

/// Reads both until they end, and closes them.
void discard(int out, int err) {
  pollfd open[]{{out, POLLIN, 0}, {err, POLLIN, 0}};
  while ((open[0].fd >= 0 || open[1].fd >= 0) && (::poll(open, 2, -1) > 0 || errno == EINTR))
    for (auto& each : open) {
      char buffer[65'536];
      if (each.revents != 0 && ::read(each.fd, buffer, sizeof buffer) <= 0)
        ::close(std::exchange(each.fd, -1));
    }
}

int port_of(int socket) {
  check(socket >= 0 ? 0 : errno, "listen");
  sockaddr_in where{};
  socklen_t size = sizeof where;
  check(::getsockname(socket, reinterpret_cast<sockaddr*>(&where), &size) == 0 ? 0 : errno,
        "getsockname");
  return ntohs(where.sin_port);
}

} // namespace

process::process(const std::string& program, std::vector<std::string> arguments,
                 std::vector<std::string> environment)
  : command_{program} {
  for (const auto& each : arguments)
    command_ += ' ' + each;
  int out[2];
  int err[2];
  check(::pipe2(out, O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
  check(::pipe2(err, O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
  posix_spawn_file_actions_t actions;
  check(posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);

  const auto path = program.find('/') == std::string::npos
                      ? std::string{OCKAM_APPS_DIR} + '/' + program
                      : program;
  arguments.insert(arguments.begin(), program);
  for (auto& each : inherited_environment())
    environment.push_back(std::move(each));
  const int failed = posix_spawn(&id_, path.c_str(), &actions, nullptr,
                                 pointers_to(arguments).data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  ::close(err[1]);
  out_.descriptor = out[0];
  err_.descriptor = err[0];
  check(failed, path.c_str());
}

process::~process() {
  if (id_ > 0) {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  if (discarding_.joinable())
    discarding_.join();
  ::close(out_.descriptor);
  ::close(err_.descriptor);
}

/// Takes in what the process writes next. False at the end of both streams and of the time.
bool process::read_some(time_point until) {
  pollfd waiting[2];
  stream* streams[2];
  nfds_t count = 0;
  for (auto* each : {&out_, &err_})
    if (!each->ended) {
      waiting[count] = {each->descriptor, POLLIN, 0};
      streams[count++] = each;
    }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
  if (count == 0 || left <= 0)
    return false;
  const int ready = ::poll(waiting, count, static_cast<int>(left));
  if (ready <= 0)
    return ready < 0 && errno == EINTR;
  for (nfds_t i = 0; i < count; ++i) {
    if (waiting[i].revents == 0)
      continue;
    char buffer[4096];
    const auto size = ::read(waiting[i].fd, buffer, sizeof buffer);
    if (size > 0)
      streams[i]->text.append(buffer, static_cast<std::size_t>(size));
    else if (size == 0)
      streams[i]->ended = true;
  }
  return true;
}

std::string process::told() const {
  return "of `" + command_ + "`\nstdout:\n" + out_.text + "stderr:\n" + err_.text;
}

std::string process::told_so_far() {
  const auto until = clock::now() + std::chrono::milliseconds{50};
  while (read_some(until))
    continue;
  return told();
}

std::optional<std::string> process::find_line(const std::string& prefix,
                                              std::chrono::milliseconds limit) {
  const auto until = clock::now() + limit;
  do {
    const auto complete = out_.text.substr(0, out_.text.rfind('\n') + 1);
    for (const auto& line : lines_of(complete))
      if (line.starts_with(prefix))
        return line.substr(prefix.size());
  } while (read_some(until));
  return std::nullopt;
}

std::string process::wait_for_line(const std::string& prefix) {
  if (auto found = find_line(prefix, process_timeout))
    return *found;
  throw std::runtime_error{"no line \"" + prefix + "\" " + told()};
}

void process::wait_until_signals_are_blocked() const {
  const auto until = clock::now() + process_timeout;
  while (clock::now() < until) {
    std::ifstream status{in_proc("status")};
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("SigBlk:")
          && (std::stoull(line.substr(7), nullptr, 16) >> (SIGTERM - 1) & 1) != 0)
        return;
    ::poll(nullptr, 0, 5); // /proc tells no events
  }
  throw std::runtime_error{"SIGTERM is not blocked " + told()};
}

void process::discard_output() {
  discarding_ = std::thread{discard, std::exchange(out_.descriptor, -1),
                            std::exchange(err_.descriptor, -1)};
  out_.ended = err_.ended = true;
}

std::string process::in_proc(const char* file) const {
  return "/proc/" + std::to_string(id_) + '/' + file;
}

std::size_t process::memory(const std::string& field) const {
  std::ifstream status{in_proc("status")};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field))
      return std::stoul(line.substr(field.size())) * 1024;
  throw std::runtime_error{"there is no " + field + " of `" + command_ + "`"};
}

void process::forget_most_resident() const {
  std::ofstream{in_proc("clear_refs")} << 5;
}

void process::send_signal(int signal) const {
  check(::kill(id_, signal) == 0 ? 0 : errno, "kill");
}

outcome process::wait(std::chrono::milliseconds limit) {
  const auto began = clock::now();
  while (read_some(began + limit))
    continue;
  if (!out_.ended || !err_.ended) // a process that ends closes both
    throw std::runtime_error{"after " + std::to_string(limit.count()) + " ms there is no end "
                             + told()};
  int status = 0;
  ::waitpid(id_, &status, 0);
  id_ = -1;
  outcome ended;
  if (WIFEXITED(status))
    ended.status = WEXITSTATUS(status);
  else
    ended.signal = WTERMSIG(status);
  ended.out = lines_of(out_.text);
  ended.err = lines_of(err_.text);
  ended.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
  return ended;
}

outcome process::end_with(int signal, std::chrono::milliseconds limit) {
  send_signal(signal);
  return wait(limit);
}

outcome run(const std::string& program, std::vector<std::string> arguments,
            std::vector<std::string> environment) {
  return process{program, std::move(arguments), std::move(environment)}.wait();
}

silent_listener::silent_listener(room how) {
  sockets_.push_back(listening_socket(0, how == room::none ? 0 : 16));
  const auto where = loopback(port_of(sockets_.front()));
  address_ = "127.0.0.1:" + std::to_string(ntohs(where.sin_port));
  if (how == room::none) // the first is accepted by the system, later ones wait
    for (int i = 0; i < 3; ++i) {
      sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(sockets_.back(), reinterpret_cast<const sockaddr*>(&where), sizeof where);
    }
}

silent_listener::~silent_listener() {
  for (const int each : sockets_)
    ::close(each);
}

std::string free_address() {
  const int probe = listening_socket(0, 1);
  const auto address = "127.0.0.1:" + std::to_string(port_of(probe));
  ::close(probe);
  return address;
}

bool is_free(int port) {
  const int probe = listening_socket(port, 1);
  ::close(probe);
  return probe >= 0;
}

void PrintTo(const outcome& what, std::ostream* out) {
  *out << "status " << what.status << ", signal " << what.signal << "\nstdout:\n";
  for (const auto& each : what.out)
    *out << each << '\n';
  *out << "stderr:\n";
  for (const auto& each : what.err)
    *out << each << '\n';
}

} // namespace ockam::test
