#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wsgw::tests {

/// A parsed JSON text, read by JSON pointers (`/components/redis/status`). A
/// text that is not JSON, and a member that is missing or of another type, fail
/// the test.
class json_document {
public:
  explicit json_document(std::string_view text);
  ~json_document();

  bool has(const char* pointer) const;
  std::string text(const char* pointer) const;
  std::int64_t number(const char* pointer) const;
  double real(const char* pointer) const;
  bool boolean(const char* pointer) const;
  /// Elements of an array, or members of an object.
  std::size_t size(const char* pointer) const;
  /// Names of the members of an object, in order.
  std::vector<std::string> names(const char* pointer) const;

private:
  struct content;
  std::unique_ptr<content> content_;
};

} // namespace wsgw::tests
