#pragma once

#include "protocol/errc.hpp"
#include "protocol/role.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgw::protocol {

enum class json_kind : std::uint8_t {
  null,
  boolean,
  number,
  string,
  array,
  object,
};

/// Where a value stands in compact JSON text. A value that is absent is an
/// empty span of kind null.
struct json_span {
  std::size_t begin = 0;
  std::size_t end = 0;
  json_kind kind = json_kind::null;

  std::string_view of(std::string_view text) const {
    return text.substr(begin, end - begin);
  }
};

/// Reads one published event in a single pass, no tree: writes it again as
/// compact JSON and notes what stands at the top. Key order and the texts of
/// numbers are kept, escapes that JSON does not demand are resolved, top-level
/// fields that begin with `_` are left out. A key that occurs twice counts as
/// its last occurrence, as it does for the clients; both stay in the text.
/// Use one reader per event.
class event_reader {
public:
  /// Containers may be nested this deep, the event itself included.
  static constexpr std::size_t max_depth = 256;

  /// Errors: event_not_json (also when nested deeper than `max_depth`, or a
  /// number is beyond a double), event_not_utf8, event_not_object. Lone
  /// surrogate escapes count as U+FFFD.
  std::optional<errc> read(std::string_view source);

  // -- results of a successful read() -----------------------------------------

  /// The whole event, compact.
  std::string& text() { return out_; }
  /// The string `type`, empty when it is absent or no string.
  std::string& type() { return type_; }
  /// `user_id`, a string or an integer's text; else empty.
  std::string& user_id() { return user_id_; }
  /// `message`, in text().
  const json_span& message() const { return message_; }
  /// `message.id`, in text().
  const json_span& message_id() const { return message_id_; }
  /// The last `ts` and `timestamp`, in text().
  const json_span& ts() const { return ts_; }
  const json_span& timestamp() const { return timestamp_; }
  /// The trace id of a well-formed `traceparent`, else a usable `trace_id`,
  /// else empty.
  std::string& trace_id() {
    return traceparent_.empty() ? trace_id_ : traceparent_;
  }
  /// `_client`, compact, when it is an object; else empty.
  std::string& client() { return client_; }
  /// The string `_client.conn`, else empty.
  std::string& client_conn() { return client_conn_; }
  /// The roles in `_to`; empty when it is absent or null. `_to` is an array of
  /// words, or one word; words that name no role are ignored. When nothing
  /// known is left, or it is no such thing, nobody is meant: it was written to
  /// keep the event from somebody, so it is never widened.
  const std::optional<role_set>& receivers() const { return receivers_; }

private:
  class handler;

  enum class field : std::uint8_t {
    type,
    message,
    user_id,
    ts,
    timestamp,
    trace_id,
    traceparent,
    to,
    client,
    hidden,
    other,
  };

  static field field_of(std::string_view key);
  static field hidden_field_of(std::string_view key);

  void separate();
  void begin_value();
  void begin_member(std::string_view key);
  void begin_top_member(std::string_view key);
  void end_value(json_kind kind);
  void end_member(json_kind kind);
  void end_hidden_member(const json_span& value);
  void note_string(std::string_view text);
  bool open(char bracket);
  void close(char bracket, json_kind kind);
  void append_string(std::string_view text);

  std::string out_;
  std::string type_;
  std::string user_id_;
  json_span message_;
  json_span message_id_;
  json_span ts_;
  json_span timestamp_;
  std::string trace_id_;
  std::string traceparent_; ///< what it says
  std::string client_;
  std::string client_conn_;
  std::optional<role_set> receivers_;

  std::size_t depth_ = 0;        ///< open containers
  std::size_t member_begin_ = 0; ///< of the top-level member, comma included
  std::size_t value_begin_ = 0;  ///< of the top-level value
  std::size_t id_begin_ = 0;     ///< of `message.id`
  field field_ = field::other;   ///< the top-level member being read
  json_kind root_ = json_kind::null;
  bool is_id_ = false;       ///< `message.id` is being read
  bool is_conn_ = false;     ///< `_client.conn` is being read
  bool has_escapes_ = false; ///< any backslash in the source
};

} // namespace wsgw::protocol
