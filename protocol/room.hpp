#pragma once

#include "protocol/role.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wsgw::protocol {

/// The kinds of room; each is one row of `room_kinds()` (design D12).
enum class room_kind : std::uint8_t { dialog, user, duel };

/// Everything that distinguishes one kind of room from another.
struct room_kind_row {
  room_kind kind;
  std::string_view name;           ///< "dialog"
  std::string_view channel_prefix; ///< "ws:dialog:", without the id
  role_set roles;                  ///< who may join
  bool numeric_id;                 ///< ids are decimal, 1 … 2^63-1
};

/// The one table of room kinds, in the order of the enumeration.
std::span<const room_kind_row> room_kinds();

/// Returns the row of `kind`.
const room_kind_row& row_of(room_kind kind);

/// Names one room: `dialog:10`, `user:5` (protocol-v1 7.12). Cheap to hash and
/// to compare; immutable.
class room_id {
public:
  /// Parses `<kind>:<id>`, or a bare decimal id, which means a dialog. Empty
  /// when the kind is unknown or the id is malformed.
  static std::optional<room_id> parse(std::string_view text);

  /// Builds the room `<kind>:<name>`; empty when `name` is malformed. Leading
  /// zeros of a dialog's number are dropped: `0010` is `dialog:10`.
  static std::optional<room_id> make(room_kind kind, std::string_view name);

  /// Reads the room of a Redis channel. The id is what follows the *last*
  /// colon (contract/replyx.md 5.1), so `ws:dialog:x:10` is `dialog:10`.
  static std::optional<room_id> from_channel(std::string_view channel);

  room_kind kind() const { return kind_; }
  /// "10" of "dialog:10".
  std::string_view name() const;
  /// "dialog:10".
  const std::string& text() const { return text_; }
  /// "ws:dialog:10".
  std::string channel() const { return "ws:" + text_; }

  /// Computed once: rooms are looked up for every event.
  std::size_t hash() const { return hash_; }

  friend bool operator==(const room_id& a, const room_id& b) {
    return a.hash_ == b.hash_ && a.text_ == b.text_;
  }

private:
  room_id(room_kind kind, std::string text)
      : text_(std::move(text)), hash_(std::hash<std::string>{}(text_)),
        kind_(kind) {}

  std::string text_;
  std::size_t hash_;
  room_kind kind_;
};

} // namespace wsgw::protocol

template <>
struct std::hash<wsgw::protocol::room_id> {
  std::size_t operator()(const wsgw::protocol::room_id& room) const noexcept {
    return room.hash();
  }
};
