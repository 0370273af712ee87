#include "protocol/authorisation.hpp"

#include "protocol/digest.hpp"
#include "protocol/json_object.hpp"
#include "protocol/json_writer.hpp"

#include <algorithm>

namespace wsgw::protocol {

namespace {

/// RFC 6455 section 5.5: a control frame's payload is 125 bytes, 2 are the
/// code.
constexpr std::size_t max_reason_bytes = 123;
constexpr std::chrono::milliseconds max_ttl = std::chrono::hours{1};

void write_dialog_id(json_writer& out, const auth_question& question) {
  // A dialog's id is decimal by the grammar of rooms; a user's may be anything.
  if (question.as != role::user && !question.dialog_id.empty()
      && std::all_of(question.dialog_id.begin(), question.dialog_id.end(),
                     [](char c) { return c >= '0' && c <= '9'; }))
    out.raw(question.dialog_id);
  else
    out.text(question.dialog_id);
}

void write_text_or_null(json_writer& out, std::string_view name,
                        std::string_view text) {
  out.key(name);
  if (text.empty())
    out.null();
  else
    out.text(text);
}

std::string cut_reason(std::string reason) {
  if (reason.size() <= max_reason_bytes)
    return reason;
  auto end = max_reason_bytes;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0U) == 0x80U)
    --end;
  reason.resize(end);
  return reason;
}

/// Reads an optional member: false when it is there, not null, and of a wrong
/// type (`value` empty).
template <class T>
bool is_acceptable(const json_object& answer, std::string_view name,
                   const std::optional<T>& value) {
  return value || !answer.has(name) || answer.is_null(name);
}

std::optional<close_status> read_refusal(const json_object& answer) {
  const auto code = answer.integer("code");
  const auto reason = answer.string("reason");
  if (!is_acceptable(answer, "code", code)
      || !is_acceptable(answer, "reason", reason))
    return std::nullopt;
  auto refusal = status_of(close_reason::auth_failed);
  if (code && (*code < 4000 || *code > 4999))
    return std::nullopt;
  if (code)
    refusal.code = static_cast<std::uint16_t>(*code);
  if (reason)
    refusal.reason = cut_reason(*reason);
  return refusal;
}

std::chrono::milliseconds clamped_ttl(double ms) {
  const auto most = static_cast<double>(max_ttl.count());
  return std::chrono::milliseconds{
    static_cast<std::int64_t>(std::clamp(ms, 0.0, most))};
}

} // namespace

std::string encode(const auth_question& question) {
  json_writer out;
  out.begin_object().key("role").text(to_string(question.as));
  out.key("dialog_id");
  write_dialog_id(out, question);
  out.key("claims").raw(question.claims_json.empty() ? "null"
                                                     : question.claims_json);
  out.key("assistant_id");
  if (question.assistant_id)
    out.signed_number(*question.assistant_id);
  else
    out.null();
  write_text_or_null(out, "site", question.site);
  write_text_or_null(out, "origin", question.origin);
  write_text_or_null(out, "ip", question.ip);
  out.end_object();
  return out.take();
}

std::string cache_key(const auth_question& question) {
  return sha256_hex(encode(question));
}

std::optional<auth_answer> parse_auth_answer(unsigned http_status,
                                             std::string_view body) {
  if (http_status != 200)
    return std::nullopt;
  const auto json = json_object::parse(body);
  const auto allow = json ? json->boolean("allow") : std::nullopt;
  if (!allow)
    return std::nullopt;
  const auto user_id = json->id("user_id");
  const auto ttl_ms = json->number("ttl_ms");
  if (!is_acceptable(*json, "user_id", user_id)
      || !is_acceptable(*json, "ttl_ms", ttl_ms))
    return std::nullopt;
  auth_answer answer;
  answer.allow = *allow;
  answer.user_id = user_id.value_or(std::string{});
  answer.ttl = clamped_ttl(ttl_ms.value_or(0));
  if (*allow)
    return answer;
  auto refusal = read_refusal(*json);
  if (!refusal)
    return std::nullopt;
  answer.refusal = std::move(*refusal);
  return answer;
}

} // namespace wsgw::protocol
