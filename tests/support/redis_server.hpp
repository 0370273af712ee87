#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wsgw::tests {

struct redis_server_options {
  std::string password;                  ///< empty: none
  std::vector<std::string> config_lines; ///< as in redis.conf
};

/// A real redis-server on a free loopback port and on a unix socket in its own
/// temporary folder, without persistence. It answers when the constructor or
/// `start()` returns. Failures throw std::runtime_error. Not thread-safe; make
/// it on a thread that lives as long as it does (the server ends with it).
class redis_server {
public:
  explicit redis_server(redis_server_options options = {});
  ~redis_server();
  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return pid_; }
  std::string unix_path() const { return folder_ / "redis.sock"; }
  /// `redis://[:password@]127.0.0.1:port`
  std::string url() const;

  /// Ends the server by its pid and waits for its end.
  void stop();
  /// Starts it again, empty, on the same port.
  void start();
  /// SIGSTOP: connections stay open, nothing is answered.
  void pause();
  /// SIGCONT.
  void resume();

  /// One command over a connection of its own, which is kept; the words may
  /// hold any bytes. Answers as redis-cli does without a terminal: strings and
  /// numbers as they are, nil as nothing, errors as their text, arrays with one
  /// element a line.
  template <class... Words>
  std::string cli(const Words&... words) {
    return run({std::string(words)...});
  }
  std::string run(const std::vector<std::string>& words);

private:
  void spawn();
  void await_answer();
  void open_link();
  void close_link();
  void write_words(const std::vector<std::string>& words);
  std::string read_reply();
  std::string read_line();
  std::string read_bytes(std::size_t count);
  void fill();

  redis_server_options options_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
  int link_ = -1;        ///< the connection of `cli`
  std::string received_; ///< read from `link_`, not yet used
};

/// A loopback TCP port that was free a moment ago.
std::uint16_t free_port();

} // namespace wsgw::tests
