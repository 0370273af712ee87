#include "protocol/publish_request.hpp"

#include "protocol/event_reader.hpp"
#include "protocol/json_text.hpp"
#include "protocol/json_writer.hpp"
#include "protocol/utf8.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <utility>

namespace wsgw::protocol {

namespace {

/// One field of an item as it came.
struct raw_value {
  json_kind kind = json_kind::null;
  std::string text;         ///< of a string or a number
  std::string_view written; ///< of an object: its place in the body
};

struct raw_item {
  bool is_object = false;
  raw_value dialog_id;
  raw_value room;
  raw_value event;
  raw_value idempotency_key;
};

/// Containers outside of events, whose own depth is limited by the reader.
constexpr std::size_t max_depth = 32;

// NOLINTBEGIN(readability-identifier-naming): RapidJSON's handler concept.

/// Cuts the body into items.
class cutter : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, cutter> {
public:
  cutter(std::string_view body, const rapidjson::MemoryStream& at)
      : body_(body), at_(at) {}

  bool Null() { return scalar(json_kind::null, {}); }
  bool Bool(bool) { return scalar(json_kind::boolean, {}); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    return scalar(json_kind::number, {text, length});
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return scalar(json_kind::string, {text, length});
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (depth_ == item_depth_)
      field_ = field_of({text, length});
    return true;
  }
  bool StartObject() { return open(json_kind::object); }
  bool StartArray() { return open(json_kind::array); }
  bool EndObject(rapidjson::SizeType) { return close(json_kind::object); }
  bool EndArray(rapidjson::SizeType) { return close(json_kind::array); }

  std::vector<raw_item> items;
  bool is_array = false;
  std::optional<publish_refusal> refusal;

private:
  bool scalar(json_kind kind, std::string_view text) {
    if (depth_ + 1 == item_depth_)
      return begin_item(false);
    if (depth_ == item_depth_ && field_ != nullptr)
      items.back().*field_ = {kind, std::string{text}, {}};
    return true;
  }

  bool open(json_kind kind) {
    if (depth_ == 0) {
      is_array = kind == json_kind::array;
      item_depth_ = is_array ? 2 : 1;
    }
    if (depth_ + 1 == item_depth_ && !begin_item(kind == json_kind::object))
      return false;
    if (depth_ == item_depth_ && field_ != nullptr)
      begin_ = at_.Tell() - 1;
    ++depth_;
    return !is_too_deep();
  }

  bool close(json_kind kind) {
    --depth_;
    if (depth_ == item_depth_ && field_ != nullptr)
      items.back()
        .*field_ = {kind, {}, body_.substr(begin_, at_.Tell() - begin_)};
    return true;
  }

  bool begin_item(bool is_object) {
    field_ = nullptr;
    if (items.size() == max_publish_items) {
      refusal = {errc::bad_request, "At most 1000 events in one request.", {}};
      return false;
    }
    items.emplace_back();
    items.back().is_object = is_object;
    return true;
  }

  bool is_too_deep() {
    const auto is_event =
      depth_ > item_depth_ && field_ == &raw_item::event && item_depth_ != 0;
    const auto most =
      is_event ? item_depth_ + event_reader::max_depth : max_depth;
    if (depth_ <= most)
      return false;
    refusal = {is_event ? errc::event_not_json : errc::bad_request,
               "It is nested too deeply.",
               {}};
    if (is_array)
      refusal->index = items.size() - 1;
    return true;
  }

  static raw_value raw_item::*field_of(std::string_view key) {
    if (key == "dialog_id")
      return &raw_item::dialog_id;
    if (key == "room")
      return &raw_item::room;
    if (key == "event")
      return &raw_item::event;
    return key == "idempotency_key" ? &raw_item::idempotency_key : nullptr;
  }

  std::string_view body_;
  const rapidjson::MemoryStream& at_;
  std::size_t depth_ = 0;      ///< open containers
  std::size_t item_depth_ = 0; ///< of an item's fields; 0: not known yet
  raw_value raw_item::*field_ = nullptr; ///< being read; null: another one
  std::size_t begin_ = 0;                ///< of its value
};

// NOLINTEND(readability-identifier-naming)

result<room_id> room_of(const raw_item& item) {
  const auto by_number = item.dialog_id.kind != json_kind::null;
  const auto& name = by_number ? item.dialog_id : item.room;
  auto room = by_number ? room_id::make(room_kind::dialog, name.text)
                        : room_id::parse(name.text);
  const auto is_text = name.kind == json_kind::string
                       || (by_number && name.kind == json_kind::number);
  if (!is_text || !room)
    return by_number ? errc::bad_dialog_id : errc::event_bad_room;
  return std::move(*room);
}

/// What makes an item unfit, before its event is looked at.
std::string_view shape_error(const raw_item& item) {
  if (!item.is_object)
    return "It is not a JSON object.";
  if (item.dialog_id.kind == json_kind::null
      && item.room.kind == json_kind::null)
    return "It names neither dialog_id nor room.";
  if (item.dialog_id.kind != json_kind::null
      && item.room.kind != json_kind::null)
    return "It names both dialog_id and room.";
  const auto& key = item.idempotency_key;
  if (key.kind != json_kind::null
      && (key.kind != json_kind::string || key.text.empty()
          || key.text.size() > max_idempotency_key))
    return "idempotency_key must be a string of 1 to 128 bytes.";
  return {};
}

std::variant<publish_item, publish_refusal>
check(raw_item& item, const publish_limits& limits) {
  if (const auto wrong = shape_error(item); !wrong.empty())
    return publish_refusal{errc::bad_request, wrong, {}};
  auto room = room_of(item);
  if (!room)
    return publish_refusal{room.error(), {}, {}};
  if (item.event.kind != json_kind::object)
    return publish_refusal{errc::event_not_object, {}, {}};
  if (item.event.written.size() > limits.max_event_bytes)
    return publish_refusal{errc::event_too_large, {}, {}};
  if (const auto parsed = parse_event(item.event.written, limits.events);
      !parsed)
    return publish_refusal{parsed.error(), {}, {}};
  return publish_item{std::move(*room), item.event.written,
                      std::move(item.idempotency_key.text)};
}

} // namespace

std::variant<publish_request, publish_refusal>
parse_publish(std::string_view body, const publish_limits& limits) {
  if (!is_utf8(body))
    return publish_refusal{errc::bad_request, "The body is not UTF-8.", {}};
  // Of the same length, so that places in it are places in the body.
  const auto repaired = replace_lone_surrogates(body);
  const std::string_view json = repaired ? *repaired : body;
  constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream stream{json.data(), json.size()};
  rapidjson::Reader parser;
  cutter found{body, stream};
  const auto parsed = parser.Parse<flags>(stream, found);
  if (found.refusal)
    return *found.refusal;
  // The stream ends at a NUL byte for the parser, not for us.
  if (parsed.IsError() || stream.Tell() != json.size())
    return publish_refusal{errc::bad_request, "The body is not JSON.", {}};
  publish_request request;
  request.is_array = found.is_array;
  if (!found.is_array && found.items.empty())
    return publish_refusal{
      errc::bad_request, "Expected an object or an array of objects.", {}};
  for (std::size_t i = 0; i < found.items.size(); ++i) {
    auto checked = check(found.items[i], limits);
    if (auto* refusal = std::get_if<publish_refusal>(&checked)) {
      if (found.is_array)
        refusal->index = i;
      return *refusal;
    }
    request.items.push_back(std::get<publish_item>(std::move(checked)));
  }
  return request;
}

std::string encode_refusal(const publish_refusal& refusal,
                           std::string_view request_id) {
  json_writer out;
  out.begin_object().key("error").text(word_of(refusal.why));
  out.key("message").text(refusal.message.empty() ? sentence_of(refusal.why)
                                                  : refusal.message);
  out.key("request_id").text(request_id);
  if (refusal.index)
    out.key("index").number(*refusal.index);
  return out.end_object().take();
}

namespace {

void write(json_writer& out, const publish_outcome& outcome) {
  out.begin_object();
  if (outcome.error) {
    out.key("error").text(word_of(*outcome.error));
    out.key("message").text(outcome.message);
  } else if (outcome.epoch.empty()) {
    out.key("epoch").null().key("seq").null();
    out.key("duplicate").boolean(outcome.is_duplicate);
  } else {
    out.key("epoch").text(outcome.epoch).key("seq").number(outcome.seq);
    out.key("duplicate").boolean(outcome.is_duplicate);
  }
  out.end_object();
}

} // namespace

std::string encode_outcome(const publish_outcome& outcome) {
  json_writer out;
  write(out, outcome);
  return out.take();
}

std::string encode_outcomes(const std::vector<publish_outcome>& outcomes) {
  json_writer out;
  out.begin_array();
  for (const auto& each : outcomes)
    write(out, each);
  return out.end_array().take();
}

} // namespace wsgw::protocol
