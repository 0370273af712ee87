#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace wsgw::protocol {

/// Numbered events of one epoch that came before those in front of them.
/// Bounded: when it is full the latest ones are dropped, only their number is
/// known, and they have to be read. Not thread-safe.
class waiting_events {
public:
  /// Whatever the number of events, their texts take no more than this, or
  /// there is just one.
  static constexpr std::size_t max_bytes = 8U << 20;

  explicit waiting_events(std::size_t most) : most_(most) {}

  /// Keeps the event `seq`, or only its number when there is no room.
  void add(std::uint64_t seq, std::string json);
  /// The event `seq` exists somewhere.
  void note(std::uint64_t seq) { known_ = seq > known_ ? seq : known_; }

  /// Takes the event `seq` out when it is the first one here.
  std::optional<std::string> take(std::uint64_t seq);
  /// Drops the events up to `seq`.
  void drop_through(std::uint64_t seq);

  /// Drops all events; their numbers still count.
  void forget_texts();

  /// The lowest number that was ever added.
  std::optional<std::uint64_t> lowest() const { return lowest_; }
  /// The number of the first event here.
  std::optional<std::uint64_t> first() const;
  /// The latest number that was ever seen, kept or not; 0 when none.
  std::uint64_t known() const { return known_; }
  std::size_t size() const { return events_.size(); }

private:
  void erase(std::map<std::uint64_t, std::string>::iterator which);

  std::map<std::uint64_t, std::string> events_;
  std::size_t most_;
  std::size_t bytes_ = 0;
  std::uint64_t known_ = 0;
  std::optional<std::uint64_t> lowest_;
};

} // namespace wsgw::protocol
