#include "actors/settings_table.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace wsgw::actors {

namespace {

std::string lower(std::string_view text) {
  std::string result{text};
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return result;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// -- words ------------------------------------------------------------------

template <class T>
struct word {
  std::string_view text;
  T value;
};

// The first word of each value is the one that is shown.
constexpr std::array switch_words{
  word<bool>{"true", true}, word<bool>{"false", false}, word<bool>{"1", true},
  word<bool>{"0", false},   word<bool>{"yes", true},    word<bool>{"no", false},
  word<bool>{"on", true},   word<bool>{"off", false},
};
constexpr std::array environment_words{
  word<environment>{"development", environment::development},
  word<environment>{"production", environment::production},
};
constexpr std::array level_words{
  word<log_level>{"debug", log_level::debug},
  word<log_level>{"info", log_level::info},
  word<log_level>{"warning", log_level::warning},
  word<log_level>{"error", log_level::error},
  word<log_level>{"warn", log_level::warning},
};
constexpr std::array log_words{
  word<log_mode>{"off", log_mode::off},
  word<log_mode>{"on", log_mode::on},
  word<log_mode>{"adopt", log_mode::adopt},
};
constexpr std::array format_words{
  word<log_format>{"auto", log_format::automatic},
  word<log_format>{"json", log_format::json},
  word<log_format>{"console", log_format::console},
};

template <class T>
constexpr std::span<const word<T>> words_of() {
  if constexpr (std::is_same_v<T, bool>)
    return switch_words;
  else if constexpr (std::is_same_v<T, environment>)
    return environment_words;
  else if constexpr (std::is_same_v<T, log_level>)
    return level_words;
  else if constexpr (std::is_same_v<T, log_mode>)
    return log_words;
  else
    return format_words;
}

// -- numbers with units -----------------------------------------------------

struct scale {
  std::string_view suffix;
  std::int64_t factor;
};

// From large to small, so that the shortest exact text is found first.
constexpr std::array duration_scales{scale{"h", 3'600'000}, scale{"m", 60'000},
                                     scale{"s", 1000}, scale{"ms", 1}};
constexpr std::array size_scales{scale{"gib", std::int64_t{1} << 30U},
                                 scale{"mib", std::int64_t{1} << 20U},
                                 scale{"kib", 1024}, scale{"b", 1}};
constexpr std::array count_scales{scale{"", 1}};

/// Reads `1.5s`; a bare number counts in `bare`.
std::optional<double> read_number(std::string_view text,
                                  std::span<const scale> scales,
                                  std::int64_t bare) {
  const auto digits = text.find_first_not_of("0123456789.");
  const auto suffix = digits == std::string_view::npos
                        ? std::string{}
                        : lower(trim(text.substr(digits)));
  const auto number = text.substr(0, std::min(digits, text.size()));
  double value = 0;
  const auto [end, error] =
    std::from_chars(number.data(), number.data() + number.size(), value,
                    std::chars_format::fixed);
  if (error != std::errc{} || end != number.data() + number.size())
    return std::nullopt;
  auto factor = bare;
  if (!suffix.empty()) {
    const auto found = std::find_if(scales.begin(), scales.end(), [&](auto& s) {
      return s.suffix == suffix;
    });
    if (found == scales.end())
      return std::nullopt;
    factor = found->factor;
  }
  return value * static_cast<double>(factor);
}

/// As `read_number`; fractions must not be finer than one unit of the result.
std::optional<std::int64_t> read_scaled(std::string_view text,
                                        std::span<const scale> scales,
                                        std::int64_t bare) {
  const auto scaled = read_number(text, scales, bare);
  if (!scaled || *scaled > 9e15
      || std::abs(*scaled - std::round(*scaled)) > 1e-6)
    return std::nullopt;
  return static_cast<std::int64_t>(std::llround(*scaled));
}

std::string write_scaled(std::int64_t value, std::span<const scale> scales) {
  for (const auto& s : scales)
    if (value != 0 && value % s.factor == 0) {
      std::string suffix{s.suffix};
      if (suffix.ends_with("ib"))
        suffix = std::string{static_cast<char>(
                   std::toupper(static_cast<unsigned char>(suffix[0])))}
                 + "iB";
      return std::to_string(value / s.factor)
             + (suffix == "b" ? std::string{} : suffix);
    }
  return std::to_string(value);
}

std::span<const scale> scales_of(const setting_row& row) {
  if (std::holds_alternative<std::chrono::milliseconds settings::*>(row.field))
    return duration_scales;
  if (row.in == measure::bytes)
    return size_scales;
  return count_scales;
}

/// What a number without a unit counts.
std::int64_t bare_unit(const setting_row& row) {
  const auto is_duration =
    std::holds_alternative<std::chrono::milliseconds settings::*>(row.field);
  return is_duration && row.in != measure::milliseconds ? 1000 : 1;
}

// -- one overload per type --------------------------------------------------

bool read(const setting_row& row, std::string_view text, auto& target) {
  using type = std::remove_reference_t<decltype(target)>;
  if constexpr (std::is_same_v<type, std::chrono::milliseconds>) {
    const auto value = read_scaled(text, scales_of(row), bare_unit(row));
    if (!value || *value < row.least || *value > row.most)
      return false;
    target = std::chrono::milliseconds{*value};
    return true;
  } else if constexpr (std::is_same_v<type, bool> || std::is_enum_v<type>) {
    for (const auto& w : words_of<type>())
      if (w.text == lower(text)) {
        target = w.value;
        return true;
      }
    return false;
  } else {
    const auto value = read_scaled(text, scales_of(row), bare_unit(row));
    if (!value || *value < row.least || *value > row.most)
      return false;
    target = static_cast<type>(*value);
    return true;
  }
}

bool read(const setting_row&, std::string_view text, std::string& target) {
  target = text == "none" ? std::string{} : std::string{text};
  return true;
}

bool read(const setting_row&, std::string_view text,
          std::vector<std::string>& target) {
  target.clear();
  if (text == "none")
    return true;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (const auto item = trim(text.substr(0, comma)); !item.empty())
      target.push_back(lower(item));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return true;
}

std::string write(const setting_row& row, const auto& value) {
  using type = std::remove_cvref_t<decltype(value)>;
  if constexpr (std::is_same_v<type, std::string>) {
    return value;
  } else if constexpr (std::is_same_v<type, std::vector<std::string>>) {
    std::string result;
    for (const auto& item : value)
      result += (result.empty() ? "" : ",") + item;
    return result;
  } else if constexpr (std::is_same_v<type, std::chrono::milliseconds>) {
    return write_scaled(value.count(), scales_of(row));
  } else if constexpr (std::is_same_v<type, bool> || std::is_enum_v<type>) {
    for (const auto& w : words_of<type>())
      if (w.value == value)
        return std::string{w.text};
    return {};
  } else {
    return write_scaled(static_cast<std::int64_t>(value), scales_of(row));
  }
}

template <class T>
std::string list_words() {
  std::string result;
  for (const auto& w : words_of<T>())
    result += (result.empty() ? "" : "|") + std::string{w.text};
  return result;
}

} // namespace

std::string flag_of(const setting_row& row) {
  auto name = row.name;
  if (name.starts_with("WS_"))
    name.remove_prefix(3);
  auto flag = "--" + lower(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return row.hides == secrecy::everything ? flag + "-file" : flag;
}

std::string accepted_values(const setting_row& row) {
  return std::visit(
    [&](auto field) -> std::string {
      using type = std::remove_cvref_t<decltype(settings{}.*field)>;
      if constexpr (std::is_same_v<type, bool>)
        return "true|false";
      else if constexpr (std::is_enum_v<type>)
        return list_words<type>();
      else if constexpr (std::is_same_v<type, std::string>)
        return "text";
      else if constexpr (std::is_same_v<type, std::vector<std::string>>)
        return "comma-separated list";
      else
        return write_scaled(row.least, scales_of(row)) + " to "
               + write_scaled(row.most, scales_of(row));
    },
    row.field);
}

std::optional<std::string> clamped_text(const setting_row& row,
                                        std::string_view text) {
  if (!row.clamps)
    return std::nullopt;
  auto number = trim(text);
  const auto is_negative = number.starts_with('-');
  if (is_negative)
    number.remove_prefix(1);
  const auto value = read_number(number, scales_of(row), bare_unit(row));
  if (!value
      || (is_negative ? -*value : *value) >= static_cast<double>(row.least))
    return std::nullopt;
  return write_scaled(row.least, scales_of(row));
}

bool apply_text(const setting_row& row, std::string_view text,
                settings& target) {
  return std::visit(
    [&](auto field) { return read(row, trim(text), target.*field); },
    row.field);
}

std::string value_text(const setting_row& row, const settings& source) {
  return std::visit([&](auto field) { return write(row, source.*field); },
                    row.field);
}

} // namespace wsgw::actors
