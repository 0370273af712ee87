#include "protocol/event.hpp"

#include "protocol/audience.hpp"
#include "protocol/event_reader.hpp"
#include "protocol/json_writer.hpp"

#include <utility>

namespace wsgw::protocol {

namespace {

bool is_decimal(std::string_view text) {
  return !text.empty()
         && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether the reference would have taken `value` for a message (contract
/// section 5.1): Python's idea of a true value.
bool is_truthy(const json_span& value, std::string_view text) {
  switch (value.kind) {
  case json_kind::null:
    return false;
  case json_kind::boolean:
    return text == "true";
  case json_kind::number:
    return text.substr(0, text.find_first_of("eE")).find_first_of("123456789")
           != std::string_view::npos;
  default:
    return text.size() > 2; // "", [] and {} are empty
  }
}

bool is_usable_message(const json_span& message, std::string_view text,
                       parse_options options) {
  return options.compat ? is_truthy(message, text)
                        : message.kind == json_kind::object;
}

/// The first of the times that can be read.
std::optional<milli_time> time_of(event_reader& read) {
  for (const auto& span : {read.ts(), read.timestamp()}) {
    if (span.kind != json_kind::string)
      continue;
    auto text = span.of(read.text());
    text.remove_prefix(1); // the quotes
    text.remove_suffix(1);
    if (const auto at = read_time(text))
      return at;
  }
  return std::nullopt;
}

/// An event that a client of ours caused, which no backend published.
void assemble_client_event(event& e, event_reader& read, bool v1_only) {
  e.kind = durability::ephemeral;
  e.client = std::move(read.client());
  e.client_conn = std::move(read.client_conn());
  e.v1_only = v1_only;
  e.trace_id.clear(); // no publisher sent one
  e.flat = R"({"type":")" + e.type + "\"}";
}

/// Moves what was read into an event, whose type is already known to be there.
result<event> assemble(event_reader& read, parse_options options) {
  const auto& row = row_of(read.type());
  event e;
  e.kind = row.kind;
  e.audience = read.receivers().value_or(row.audience);
  e.audience.insert(role::user);
  e.user_id = std::move(read.user_id());
  e.type = std::move(read.type());
  e.ts = time_of(read);
  e.trace_id = std::move(read.trace_id());
  // Neither {} nor []: the library in Redis cannot tell them apart.
  if (read.client().size() > std::string_view{"{}"}.size()) {
    if (const auto* const client = client_row_of(e.type)) {
      assemble_client_event(e, read, client->v1_only);
      return e;
    }
  }
  if (e.type != message_new_type) {
    e.flat = std::move(read.text());
    return e;
  }
  const auto message = read.message();
  if (!is_usable_message(message, message.of(read.text()), options))
    return errc::event_without_message;
  if (read.message_id().kind != json_kind::null)
    e.message_id = read.message_id().of(read.text());
  if (options.need_flat) {
    e.message = message.of(read.text());
    e.flat = std::move(read.text());
  } else {
    e.message = std::move(read.text());
    e.message.resize(message.end);
    e.message.erase(0, message.begin);
  }
  return e;
}

} // namespace

result<event> parse_event(std::string_view json, parse_options options) {
  event_reader reader;
  if (const auto error = reader.read(json))
    return *error;
  if (reader.type().empty())
    return errc::event_without_type;
  return assemble(reader, options);
}

std::string trace_id_in(std::string_view json) {
  event_reader reader;
  if (reader.read(json))
    return {};
  return std::move(reader.trace_id());
}

const std::string& legacy_payload(const event& e, role r) {
  // Only a message:new has a message.
  return r == role::user || e.message.empty() ? e.flat : e.message;
}

std::string encode_message_new(std::string_view dialog_id,
                               const posted_message& message) {
  // Outside, the reference writes its time without the Z (contract 5.1).
  std::string_view published = message.timestamp;
  if (published.ends_with('Z'))
    published.remove_suffix(1);
  json_writer out;
  out.begin_object().key("type").text(message_new_type);
  out.key("message").begin_object();
  out.key("id").number(message.id);
  out.key("sender").text(message.sender);
  out.key("text").text(message.text);
  out.key("timestamp").text(message.timestamp).end_object();
  out.key("timestamp").text(published).key("dialog_id");
  if (is_decimal(dialog_id))
    out.raw(dialog_id);
  else
    out.text(dialog_id);
  out.key("source").text("backend").end_object();
  return out.take();
}

} // namespace wsgw::protocol
