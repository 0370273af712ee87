#include "protocol/event_reader.hpp"

#include "protocol/audience.hpp"
#include "protocol/json_text.hpp"
#include "protocol/trace_context.hpp"
#include "protocol/utf8.hpp"

#include <rapidjson/reader.h>
#include <rapidjson/stream.h>

namespace wsgw::protocol {

// NOLINTBEGIN(readability-identifier-naming): RapidJSON's handler concept.

/// Translates the parser's callbacks.
class event_reader::handler
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, handler> {
public:
  explicit handler(event_reader& r) : reader_(r) {}

  bool Null() { return scalar("null", json_kind::null); }
  bool Bool(bool b) { return scalar(b ? "true" : "false", json_kind::boolean); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    return scalar({text, length}, json_kind::number);
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    reader_.begin_value();
    reader_.append_string({text, length});
    reader_.note_string({text, length});
    reader_.end_value(json_kind::string);
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    reader_.begin_member({text, length});
    return true;
  }
  bool StartObject() { return reader_.open('{'); }
  bool StartArray() { return reader_.open('['); }
  bool EndObject(rapidjson::SizeType) {
    reader_.close('}', json_kind::object);
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    reader_.close(']', json_kind::array);
    return true;
  }

private:
  bool scalar(std::string_view text, json_kind kind) {
    reader_.begin_value();
    reader_.out_ += text;
    reader_.end_value(kind);
    return true;
  }

  event_reader& reader_;
};

// NOLINTEND(readability-identifier-naming)

std::optional<errc> event_reader::read(std::string_view source) {
  // Most events have no escape at all, which one quick look tells.
  has_escapes_ = source.find('\\') != std::string_view::npos;
  const auto repaired = has_escapes_ ? replace_lone_surrogates(source)
                                     : std::optional<std::string>{};
  const std::string_view json = repaired ? *repaired : source;
  constexpr unsigned flags =
    rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseInsituFlag;
  // Checked beforehand, which is faster than letting the parser do it.
  if (!is_utf8(json))
    return errc::event_not_utf8;
  // Parsed in place, in a copy that outlives no call: strings need no stack.
  thread_local std::string scratch;
  scratch.assign(json);
  out_.reserve(json.size()); // it never grows by rewriting
  rapidjson::InsituStringStream stream{scratch.data()};
  rapidjson::Reader parser{nullptr, 0};
  handler callbacks{*this};
  // Recursive, but no deeper than max_depth: open() stops it.
  const auto parsed = parser.Parse<flags>(stream, callbacks);
  // The stream ends at a NUL byte for the parser, not for us.
  if (parsed.IsError() || stream.Tell() != json.size())
    return errc::event_not_json;
  if (root_ != json_kind::object)
    return errc::event_not_object;
  return std::nullopt;
}

event_reader::field event_reader::hidden_field_of(std::string_view key) {
  if (key == "_to")
    return field::to;
  return key == "_client" ? field::client : field::hidden;
}

event_reader::field event_reader::field_of(std::string_view key) {
  // The first character tells most fields apart.
  switch (key.empty() ? '\0' : key.front()) {
  case '_':
    return hidden_field_of(key);
  case 't':
    if (key == "type")
      return field::type;
    if (key == "timestamp")
      return field::timestamp;
    if (key == "trace_id")
      return field::trace_id;
    if (key == "traceparent")
      return field::traceparent;
    return key == "ts" ? field::ts : field::other;
  case 'm':
    return key == "message" ? field::message : field::other;
  case 'u':
    return key == "user_id" ? field::user_id : field::other;
  default:
    return field::other;
  }
}

void event_reader::separate() {
  // The text so far is well-formed, so its last byte tells where we are: a
  // string would end in a quote.
  if (out_.empty())
    return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':')
    out_ += ',';
}

void event_reader::begin_value() {
  separate();
  if (depth_ == 1)
    value_begin_ = out_.size();
  else if (is_id_ && depth_ == 2)
    id_begin_ = out_.size();
}

void event_reader::begin_top_member(std::string_view key) {
  member_begin_ = out_.size();
  field_ = field_of(key);
  switch (field_) {
  case field::type:
    type_.clear();
    break;
  case field::user_id:
    user_id_.clear();
    break;
  case field::message:
    message_id_ = {};
    break;
  case field::trace_id:
    trace_id_.clear();
    break;
  case field::traceparent:
    traceparent_.clear();
    break;
  case field::to:
    receivers_.emplace();
    break;
  case field::client:
    client_.clear();
    client_conn_.clear();
    break;
  default:
    break;
  }
}

void event_reader::begin_member(std::string_view key) {
  if (depth_ == 1) {
    begin_top_member(key);
  } else if (depth_ == 2) {
    is_id_ = field_ == field::message && key == "id";
    is_conn_ = field_ == field::client && key == "conn";
    if (is_conn_)
      client_conn_.clear();
  }
  separate();
  append_string(key);
  out_ += ':';
}

void event_reader::end_value(json_kind kind) {
  if (depth_ == 0) {
    root_ = kind;
  } else if (depth_ == 1) {
    end_member(kind);
  } else if (depth_ == 2) {
    if (is_id_)
      message_id_ = {id_begin_, out_.size(), kind};
    is_id_ = false;
    is_conn_ = false;
  }
}

void event_reader::end_member(json_kind kind) {
  const json_span value{value_begin_, out_.size(), kind};
  switch (field_) {
  case field::message:
    message_ = value;
    break;
  case field::user_id:
    if (kind == json_kind::number
        && value.of(out_).find_first_of(".eE") == std::string_view::npos)
      user_id_ = value.of(out_);
    break;
  case field::ts:
    ts_ = value;
    break;
  case field::timestamp:
    timestamp_ = value;
    break;
  case field::to:
  case field::client:
  case field::hidden:
    end_hidden_member(value);
    break;
  default:
    break;
  }
  field_ = field::other;
}

void event_reader::end_hidden_member(const json_span& value) {
  if (field_ == field::client && value.kind == json_kind::object) {
    client_ = value.of(out_);
  } else if (field_ == field::to) {
    if (value.kind == json_kind::null)
      receivers_.reset();
    else if (value.kind != json_kind::array && value.kind != json_kind::string)
      receivers_.emplace();
  }
  out_.resize(member_begin_);
}

void event_reader::note_string(std::string_view text) {
  if (depth_ == 1 && field_ == field::type) {
    type_ = text;
  } else if (depth_ == 1 && field_ == field::user_id) {
    user_id_ = text;
  } else if (depth_ == 1 && field_ == field::trace_id) {
    if (is_trace_id(text))
      trace_id_ = text;
  } else if (depth_ == 1 && field_ == field::traceparent) {
    traceparent_ = trace_id_of(text);
  } else if (depth_ <= 2 && field_ == field::to) {
    if (const auto r = receiver_of(text))
      receivers_->insert(*r);
  } else if (depth_ == 2 && is_conn_) {
    client_conn_ = text;
  }
}

bool event_reader::open(char bracket) {
  if (depth_ == max_depth)
    return false;
  begin_value();
  out_ += bracket;
  ++depth_;
  return true;
}

void event_reader::close(char bracket, json_kind kind) {
  --depth_;
  out_ += bracket;
  end_value(kind);
}

void event_reader::append_string(std::string_view text) {
  if (has_escapes_) {
    append_json_string(out_, text);
    return;
  }
  out_ += '"';
  out_ += text;
  out_ += '"';
}

} // namespace wsgw::protocol
