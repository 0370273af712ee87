#include "actors/redis_log_reply.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace wsgw::actors {

namespace {

using transport::redis_reply;

store_error unexpected() { return {false, "unexpected reply of Redis"}; }

const std::string* text_of(const redis_reply& reply) {
  return std::get_if<std::string>(&reply.value);
}

/// Numbers in the log are never negative and stay below 2^53.
std::optional<std::uint64_t> number_of(const redis_reply& reply) {
  const auto* number = std::get_if<std::int64_t>(&reply.value);
  if (number == nullptr || *number < 0
      || static_cast<std::uint64_t>(*number) > protocol::max_seq)
    return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

bool is_epoch(const std::string& text) {
  return protocol::parse_cursor(text + ":0").has_value();
}

/// Reads `[seq, json]`.
std::optional<protocol::stored_event> take_event(redis_reply& reply,
                                                 std::size_t max_event_bytes) {
  auto* pair = std::get_if<redis_reply::array>(&reply.value);
  if (pair == nullptr || pair->size() != 2)
    return std::nullopt;
  const auto seq = number_of((*pair)[0]);
  auto* json = std::get_if<std::string>(&(*pair)[1].value);
  if (!seq || json == nullptr)
    return std::nullopt;
  if (json->size() > max_event_bytes)
    *json = "{";
  return protocol::stored_event{*seq, std::move(*json)};
}

} // namespace

store_error store_error_of(const redis_reply::failure& failure) {
  return {failure.text == "link down", failure.text};
}

store_result<protocol::cursor> read_cursor(const redis_reply& reply) {
  if (const auto* error = reply.error())
    return store_error_of(*error);
  const auto* text = text_of(reply);
  auto cursor = text == nullptr ? std::nullopt : protocol::parse_cursor(*text);
  if (!cursor)
    return unexpected();
  return std::move(*cursor);
}

store_result<appended> read_appended(const redis_reply& reply) {
  if (const auto* error = reply.error())
    return store_error_of(*error);
  const auto* fields = std::get_if<redis_reply::array>(&reply.value);
  if (fields == nullptr || fields->size() != 3)
    return unexpected();
  const auto* epoch = text_of((*fields)[0]);
  const auto seq = number_of((*fields)[1]);
  const auto duplicate = number_of((*fields)[2]);
  if (epoch == nullptr || !is_epoch(*epoch) || !seq || !duplicate)
    return unexpected();
  return appended{{*epoch, *seq}, *duplicate != 0};
}

store_result<protocol::log_page> read_log_page(redis_reply& reply,
                                               std::size_t max_event_bytes) {
  if (const auto* error = reply.error())
    return store_error_of(*error);
  auto* fields = std::get_if<redis_reply::array>(&reply.value);
  constexpr std::size_t head_fields = 4;
  if (fields == nullptr || fields->size() < head_fields)
    return unexpected();
  const auto* epoch = text_of((*fields)[0]);
  const auto head = number_of((*fields)[1]);
  const auto first = number_of((*fields)[2]);
  const auto* renewed = text_of((*fields)[3]);
  if (epoch == nullptr || !(epoch->empty() || is_epoch(*epoch)) || !head
      || !first || renewed == nullptr)
    return unexpected();
  protocol::log_page page{*epoch, *head, *first, *renewed, {}};
  for (auto i = head_fields; i < fields->size(); ++i) {
    auto event = take_event((*fields)[i], max_event_bytes);
    if (!event
        || (!page.events.empty() && page.events.back().seq >= event->seq))
      return unexpected();
    page.events.push_back(std::move(*event));
  }
  return page;
}

std::variant<std::uint64_t, absent, store_error>
read_version(const redis_reply& reply) {
  if (is_function_missing(reply))
    return absent{};
  if (const auto* error = reply.error())
    return store_error_of(*error);
  if (const auto version = number_of(reply))
    return *version;
  return unexpected();
}

bool is_function_missing(const redis_reply& reply) {
  const auto* error = reply.error();
  return error != nullptr && error->text == "ERR Function not found";
}

} // namespace wsgw::actors
