#include "tests/support/redis_server.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace wsgw::tests {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("redis_server: " + what);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::filesystem::path make_folder() {
  auto name = (std::filesystem::temp_directory_path() / "wsgw-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    fail("no temporary folder");
  return name;
}

/// True if `pid` ended within `limit`; then it is reaped.
bool ended(pid_t pid, clock::duration limit) {
  const auto deadline = clock::now() + limit;
  while (waitpid(pid, nullptr, WNOHANG) == 0) {
    if (clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

} // namespace

std::uint16_t free_port() {
  const auto fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  const auto found =
    bind(fd, any, size) == 0 && getsockname(fd, any, &size) == 0;
  close(fd);
  if (!found)
    fail("no free port");
  return ntohs(address.sin_port);
}

redis_server::redis_server(redis_server_options options)
    : options_(std::move(options)), folder_(make_folder()), port_(free_port()) {
  // Somebody else may take the port between the look and the bind.
  for (auto attempt = 1;; ++attempt) {
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      stop();
      if (attempt == 3) {
        std::filesystem::remove_all(folder_);
        throw;
      }
      port_ = free_port();
    }
  }
}

redis_server::~redis_server() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string redis_server::url() const {
  const auto login =
    options_.password.empty() ? "" : ":" + options_.password + "@";
  return "redis://" + login + "127.0.0.1:" + std::to_string(port_);
}

void redis_server::start() {
  if (pid_ != -1)
    return;
  {
    std::ofstream config{folder_ / "redis.conf"};
    config << "bind 127.0.0.1\nport " << port_ << "\nunixsocket " << unix_path()
           << "\ndir " << folder_.string() << "\nlogfile " << folder_.string()
           << "/log\nsave \"\"\nappendonly no\ndaemonize no\n";
    if (!options_.password.empty())
      config << "requirepass " << options_.password << '\n';
    for (const auto& line : options_.config_lines)
      config << line << '\n';
  }
  spawn();
  await_answer();
}

void redis_server::spawn() {
  const auto config = (folder_ / "redis.conf").string();
  pid_ = fork();
  if (pid_ == -1)
    fail("fork failed");
  if (pid_ == 0) {
    // A test that crashes must not leave a server behind.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto nowhere = open("/dev/null", O_RDWR);
    for (auto fd = 0; fd < 3; ++fd)
      dup2(nowhere, fd);
    execlp("redis-server", "redis-server", config.c_str(), nullptr);
    _exit(127);
  }
}

void redis_server::await_answer() {
  const auto deadline = clock::now() + 15s;
  while (true) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      fail("it ended at once (is redis-server installed?)");
    }
    try {
      if (run({"PING"}) == "PONG")
        return;
    } catch (const std::runtime_error&) {
      // Not listening yet.
    }
    if (clock::now() > deadline)
      fail("no answer in time");
    std::this_thread::sleep_for(5ms);
  }
}

void redis_server::stop() {
  close_link();
  if (pid_ == -1)
    return;
  kill(pid_, SIGCONT);
  kill(pid_, SIGTERM);
  if (!ended(pid_, 5s)) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_ = -1;
}

void redis_server::pause() { kill(pid_, SIGSTOP); }

void redis_server::resume() { kill(pid_, SIGCONT); }

std::string redis_server::run(const std::vector<std::string>& words) {
  open_link();
  try {
    write_words(words);
    return read_reply();
  } catch (const std::runtime_error&) {
    close_link();
    throw;
  }
}

void redis_server::open_link() {
  if (link_ != -1)
    return;
  link_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{20, 0};
  setsockopt(link_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(link_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  const auto address = loopback(port_);
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  if (connect(link_, any, sizeof(address)) != 0) {
    close_link();
    fail("cannot connect");
  }
  if (options_.password.empty())
    return;
  write_words({"AUTH", options_.password});
  if (const auto answer = read_reply(); answer != "OK")
    fail(answer);
}

void redis_server::close_link() {
  if (link_ != -1)
    close(link_);
  link_ = -1;
  received_.clear();
}

void redis_server::write_words(const std::vector<std::string>& words) {
  auto bytes = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto& word : words)
    bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  for (std::size_t done = 0; done < bytes.size();) {
    const auto n =
      ::send(link_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (n <= 0)
      fail("the link broke while writing");
    done += static_cast<std::size_t>(n);
  }
}

std::string redis_server::read_reply() {
  const auto line = read_line();
  if (line.empty())
    fail("an empty reply line");
  const auto rest = line.substr(1);
  if (line[0] != '$' && line[0] != '*')
    return rest;
  const auto count = std::stoll(rest);
  std::string text;
  if (line[0] == '$' && count >= 0) {
    text = read_bytes(static_cast<std::size_t>(count) + 2);
    text.resize(text.size() - 2);
  } else {
    for (auto i = 0LL; i < count; ++i)
      text += (i == 0 ? "" : "\n") + read_reply();
  }
  return text;
}

std::string redis_server::read_line() {
  for (auto end = received_.find("\r\n");; end = received_.find("\r\n")) {
    if (end != std::string::npos) {
      auto line = received_.substr(0, end);
      received_.erase(0, end + 2);
      return line;
    }
    fill();
  }
}

std::string redis_server::read_bytes(std::size_t count) {
  while (received_.size() < count)
    fill();
  auto bytes = received_.substr(0, count);
  received_.erase(0, count);
  return bytes;
}

void redis_server::fill() {
  char buffer[65536];
  const auto n = recv(link_, buffer, sizeof(buffer), 0);
  if (n <= 0)
    fail("the link broke while reading");
  received_.append(buffer, static_cast<std::size_t>(n));
}

} // namespace wsgw::tests
