#include "tests/support/child_process.hpp"

#include "tests/support/eventually.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace wsgw::tests {

namespace {

std::string make_temporary_folder() {
  char path[] = "/tmp/ws-gateway-test.XXXXXX";
  if (::mkdtemp(path) == nullptr)
    throw std::system_error{errno, std::generic_category(), "mkdtemp"};
  return path;
}

std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

int create_file(const std::string& path) {
  return ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Everything the new process needs, ready before the fork: behind it only
/// async-signal-safe calls are allowed.
struct launch {
  launch(const std::vector<std::string>& words,
         const environment_map& environment)
      : words_(words) {
    for (const auto& [name, value] : environment)
      variables_.push_back(name + "=" + value);
    if (!environment.contains("PATH"))
      variables_.emplace_back("PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    arguments = pointers_to(words_);
    variables = pointers_to(variables_);
  }

  [[noreturn]] void run(int output, int errors) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    ::execve(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }

  std::vector<char*> arguments;
  std::vector<char*> variables;

private:
  std::vector<std::string> words_;
  std::vector<std::string> variables_;
};

} // namespace

child_process::child_process(const std::vector<std::string>& words,
                             const environment_map& environment)
    : folder_(make_temporary_folder()) {
  const launch start{words, environment};
  const int output = create_file(folder_ + "/stdout");
  const int errors = create_file(folder_ + "/stderr");
  pid_ = ::fork();
  if (pid_ == 0)
    start.run(output, errors);
  ::close(output);
  ::close(errors);
  if (pid_ < 0)
    throw std::system_error{errno, std::generic_category(), "fork"};
}

child_process::~child_process() {
  if (is_running()) {
    signal(SIGKILL);
    signal(SIGCONT);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void child_process::signal(int number) const {
  if (!exit_code_)
    ::kill(pid_, number);
}

bool child_process::is_running() {
  if (exit_code_)
    return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_)
    return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

std::optional<int>
child_process::wait_exit(std::chrono::milliseconds deadline) {
  eventually([this] { return !is_running(); }, deadline);
  return exit_code_;
}

std::string child_process::standard_output() const {
  return read_file(folder_ + "/stdout");
}

std::string child_process::standard_error() const {
  return read_file(folder_ + "/stderr");
}

finished_process run_to_end(const std::vector<std::string>& words,
                            const environment_map& environment,
                            std::chrono::milliseconds deadline) {
  child_process process{words, environment};
  const auto exit_code = process.wait_exit(deadline);
  return {exit_code.value_or(-1), process.standard_output(),
          process.standard_error()};
}

} // namespace wsgw::tests
