#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wsgw::tests {

using environment_map = std::map<std::string, std::string>;

/// One program started by a test: output goes to a file of its own, the
/// environment is exactly what is given (plus PATH), and the process is ended
/// by its pid when the object goes away. Dies with the test.
class child_process {
public:
  /// Starts `words[0]` with the other words as arguments. Throws
  /// std::system_error when the process cannot be created.
  child_process(const std::vector<std::string>& words,
                const environment_map& environment);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  ~child_process();

  pid_t pid() const { return pid_; }
  void signal(int number) const;

  /// False once the process has ended.
  bool is_running();

  /// The exit code, or 128 + signal number; empty when `deadline` passes
  /// first.
  std::optional<int> wait_exit(std::chrono::milliseconds deadline);

  /// What it has written to stdout and stderr so far.
  std::string standard_output() const;
  std::string standard_error() const;

private:
  std::string folder_; ///< temporary, removed with the object
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

/// What a program that ran to its end left behind.
struct finished_process {
  int exit_code = -1; ///< -1: killed after the deadline
  std::string output; ///< stdout
  std::string errors; ///< stderr
};

/// Runs a program to its end, at most `deadline`.
finished_process
run_to_end(const std::vector<std::string>& words,
           const environment_map& environment,
           std::chrono::milliseconds deadline = std::chrono::seconds{10});

} // namespace wsgw::tests
