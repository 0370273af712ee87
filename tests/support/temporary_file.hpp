#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unistd.h>

namespace wsgw::tests {

/// A file with the given content that goes away with the object.
class temporary_file {
public:
  explicit temporary_file(std::string_view content) {
    path_ = std::filesystem::temp_directory_path() / "wsgw-test-XXXXXX";
    const auto descriptor = ::mkstemp(path_.data());
    if (descriptor < 0)
      throw std::runtime_error{"no temporary file"};
    ::close(descriptor);
    std::ofstream{path_} << content;
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::filesystem::remove(path_); }

  const std::string& path() const { return path_; }

  std::string content() const {
    std::ifstream file{path_};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

private:
  std::string path_;
};

} // namespace wsgw::tests
