#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wsgw::protocol {

/// Who sits behind a connection. `user` is the inbox of one user (endpoint L);
/// the last two play a duel.
enum class role : std::uint8_t {
  admin,
  widget,
  site,
  user,
  initiator,
  opponent,
};

inline constexpr std::array all_roles{role::admin,     role::widget,
                                      role::site,      role::user,
                                      role::initiator, role::opponent};
inline constexpr std::size_t role_count = all_roles.size();

/// Returns the lower-case word used on the wire, in logs and in metrics.
constexpr std::string_view to_string(role r) {
  constexpr std::array<std::string_view, role_count> words{
    "admin", "widget", "site", "user", "initiator", "opponent"};
  return words[static_cast<std::size_t>(r)];
}

/// A set of roles, for instance the audience of an event.
class role_set {
public:
  constexpr role_set() = default;

  template <class... Roles>
  constexpr explicit role_set(role first, Roles... rest)
      : bits_((bit(first) | ... | bit(rest))) {}

  static constexpr role_set all() { return role_set{role_set_bits::all}; }

  constexpr bool contains(role r) const { return (bits_ & bit(r)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr void insert(role r) { bits_ |= bit(r); }

  friend constexpr role_set operator&(role_set a, role_set b) {
    role_set result;
    result.bits_ = a.bits_ & b.bits_;
    return result;
  }
  friend constexpr bool operator==(role_set, role_set) = default;

private:
  enum class role_set_bits : std::uint8_t { all = 0x3F };

  constexpr explicit role_set(role_set_bits b)
      : bits_(static_cast<std::uint8_t>(b)) {}

  static constexpr std::uint8_t bit(role r) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(r));
  }

  std::uint8_t bits_ = 0;
};

} // namespace wsgw::protocol
