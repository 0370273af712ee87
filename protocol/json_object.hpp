#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// A small untrusted JSON object, read member by member: token claims, tickets,
/// the authoriser's answers, commands. Not for events, which have their own
/// parser.
class json_object {
public:
  /// Deepest nesting that is accepted.
  static constexpr int max_depth = 32;

  /// Empty when `text` is not one valid UTF-8 JSON object, is nested deeper
  /// than `max_depth`, or names a top-level member twice: two readers that
  /// disagree about which one counts are a way around a check.
  static std::optional<json_object> parse(std::string_view text);

  json_object(json_object&&) noexcept;
  json_object& operator=(json_object&&) noexcept;
  ~json_object();

  bool has(std::string_view name) const;
  bool is_null(std::string_view name) const;

  // Each is empty when the member is absent or has another type.

  std::optional<bool> boolean(std::string_view name) const;
  std::optional<std::string> string(std::string_view name) const;
  std::optional<std::int64_t> integer(std::string_view name) const;
  /// Any JSON number, integral or not.
  std::optional<double> number(std::string_view name) const;
  /// An identifier: a string, or an integer as decimal text.
  std::optional<std::string> id(std::string_view name) const;
  /// Seconds since 1970 (RFC 7519 NumericDate, fractions allowed), clamped to
  /// 1970 … 2200 so that arithmetic with it cannot overflow.
  std::optional<std::chrono::system_clock::time_point>
  date(std::string_view name) const;

  /// The whole object as compact JSON.
  std::string compact() const;
  /// One member's value as compact JSON; empty when it is absent.
  std::string compact(std::string_view name) const;

private:
  struct document;
  explicit json_object(std::unique_ptr<document> d);
  std::unique_ptr<document> document_;
};

} // namespace wsgw::protocol
