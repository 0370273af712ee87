#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wsgw::tests {

/// An empty folder that goes away with the object.
class temporary_folder {
public:
  temporary_folder() {
    path_ = std::filesystem::temp_directory_path() / "wsgw-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr)
      throw std::runtime_error{"no temporary folder"};
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

  std::string write(std::string_view name, std::string_view content) const {
    auto file = path_ + "/" + std::string{name};
    std::ofstream{file} << content;
    return file;
  }
  bool has(std::string_view name) const {
    return std::filesystem::exists(path_ + "/" + std::string{name});
  }

private:
  std::string path_;
};

} // namespace wsgw::tests
