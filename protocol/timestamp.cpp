#include "protocol/timestamp.hpp"

#include <cstddef>

namespace wsgw::protocol {

namespace {

using namespace std::chrono_literals;

/// Writes `value` in `width` digits.
void put(char* to, std::uint64_t value, std::size_t width) {
  while (width-- > 0) {
    to[width] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

/// Takes a time apart from left to right; `good` falls with the first thing
/// that is not as expected.
class time_text {
public:
  explicit time_text(std::string_view text) : rest_(text) {}

  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

  int digits(std::size_t width) {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i)
      value = 10 * value + digit();
    return value;
  }
  /// Takes one of `chars`.
  char any_of(std::string_view chars) {
    const char c = rest_.empty() ? '\0' : rest_.front();
    good_ = good_ && c != '\0' && chars.find(c) != std::string_view::npos;
    advance();
    return c;
  }
  bool skip(char c) {
    const bool found = rest_.starts_with(c);
    if (found)
      advance();
    return found;
  }
  /// `.130000` as 130; 0 when there is no fraction.
  int fraction() {
    if (!skip('.') && !skip(','))
      return 0;
    int value = digit();
    for (int width = 1; width < 3; ++width)
      value = 10 * value + (is_digit() ? digit() : 0);
    while (is_digit())
      advance();
    return value;
  }

private:
  bool is_digit() const {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }
  int digit() {
    const int value = is_digit() ? rest_.front() - '0' : 0;
    good_ = good_ && is_digit();
    advance();
    return value;
  }
  void advance() {
    if (!rest_.empty())
      rest_.remove_prefix(1);
  }

  std::string_view rest_;
  bool good_ = true;
};

std::chrono::minutes read_offset(time_text& text) {
  if (text.at_end())
    return 0min;
  const char sign = text.any_of("Zz+-");
  if (sign != '+' && sign != '-')
    return 0min;
  const auto hours = text.digits(2);
  const auto minutes = text.skip(':') || !text.at_end() ? text.digits(2) : 0;
  const auto offset = hours * 1h + minutes * 1min;
  return sign == '+' ? offset : -offset;
}

bool is_written_in_4_digits(milli_time at) {
  using std::chrono::sys_days;
  using namespace std::chrono;
  return at >= sys_days{year{0} / January / 1}
         && at < sys_days{year{10000} / January / 1};
}

} // namespace

milli_text::milli_text(milli_time at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  text_ = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
           '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
  put(&text_[0], static_cast<std::uint64_t>(int{date.year()}), 4);
  put(&text_[5], unsigned{date.month()}, 2);
  put(&text_[8], unsigned{date.day()}, 2);
  put(&text_[11], static_cast<std::uint64_t>(time.hours().count()), 2);
  put(&text_[14], static_cast<std::uint64_t>(time.minutes().count()), 2);
  put(&text_[17], static_cast<std::uint64_t>(time.seconds().count()), 2);
  put(&text_[20], static_cast<std::uint64_t>(time.subseconds().count()), 3);
}

std::string rfc3339(std::chrono::system_clock::time_point at) {
  return std::string{
    milli_text{std::chrono::floor<std::chrono::milliseconds>(at)}.view()};
}

std::string rfc3339_micro(std::chrono::system_clock::time_point at) {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(at);
  const auto rest = std::chrono::floor<std::chrono::microseconds>(at - millis);
  auto text = rfc3339(at);
  text.back() = '0'; // in place of the Z
  text += "00Z";
  put(&text[23], static_cast<std::uint64_t>(rest.count()), 3);
  return text;
}

std::optional<milli_time> read_time(std::string_view given) {
  time_text text{given};
  const std::chrono::year year{text.digits(4)};
  text.any_of("-");
  const std::chrono::month month{static_cast<unsigned>(text.digits(2))};
  text.any_of("-");
  const std::chrono::day day{static_cast<unsigned>(text.digits(2))};
  text.any_of("Tt ");
  const auto hours = text.digits(2);
  text.any_of(":");
  const auto minutes = text.digits(2);
  text.any_of(":");
  const auto seconds = text.digits(2); // 60 is a leap second
  const auto millis = text.fraction();
  const auto offset = read_offset(text);
  const std::chrono::year_month_day date{year, month, day};
  if (!text.good() || !text.at_end() || !date.ok() || hours > 23 || minutes > 59
      || seconds > 60 || offset <= -24h || offset >= 24h)
    return std::nullopt;
  const milli_time at = std::chrono::sys_days{date} + hours * 1h
                        + minutes * 1min + seconds * 1s + millis * 1ms - offset;
  return is_written_in_4_digits(at) ? std::optional{at} : std::nullopt;
}

double unix_seconds(std::chrono::system_clock::time_point at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

} // namespace wsgw::protocol
