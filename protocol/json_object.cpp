#include "protocol/json_object.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <unordered_set>

namespace wsgw::protocol {

struct json_object::document {
  rapidjson::Document value;

  const rapidjson::Value* find(std::string_view name) const {
    const rapidjson::Value key{rapidjson::StringRef(
      name.data(), static_cast<rapidjson::SizeType>(name.size()))};
    const auto found = value.FindMember(key);
    return found == value.MemberEnd() ? nullptr : &found->value;
  }
};

namespace {

/// RapidJSON recurses per level, also when it writes: bound it beforehand.
bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > json_object::max_depth)
        return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

std::string_view view_of(const rapidjson::Value& v) {
  return {v.GetString(), v.GetStringLength()};
}

std::string compact_text(const rapidjson::Value& v) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  v.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

bool has_duplicates(const rapidjson::Value& object) {
  std::unordered_set<std::string_view> seen;
  return std::any_of(object.MemberBegin(), object.MemberEnd(),
                     [&seen](const auto& member) {
                       return !seen.insert(view_of(member.name)).second;
                     });
}

} // namespace

json_object::json_object(std::unique_ptr<document> d)
    : document_(std::move(d)) {}
json_object::json_object(json_object&&) noexcept = default;
json_object& json_object::operator=(json_object&&) noexcept = default;
json_object::~json_object() = default;

std::optional<json_object> json_object::parse(std::string_view text) {
  if (is_too_deep(text))
    return std::nullopt;
  auto parsed = std::make_unique<document>();
  parsed->value.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(),
                                                             text.size());
  if (parsed->value.HasParseError() || !parsed->value.IsObject()
      || has_duplicates(parsed->value))
    return std::nullopt;
  return json_object{std::move(parsed)};
}

bool json_object::has(std::string_view name) const {
  return document_->find(name) != nullptr;
}

bool json_object::is_null(std::string_view name) const {
  const auto* v = document_->find(name);
  return v != nullptr && v->IsNull();
}

std::optional<bool> json_object::boolean(std::string_view name) const {
  const auto* v = document_->find(name);
  if (v == nullptr || !v->IsBool())
    return std::nullopt;
  return v->GetBool();
}

std::optional<std::string> json_object::string(std::string_view name) const {
  const auto* v = document_->find(name);
  if (v == nullptr || !v->IsString())
    return std::nullopt;
  return std::string{view_of(*v)};
}

std::optional<std::int64_t> json_object::integer(std::string_view name) const {
  const auto* v = document_->find(name);
  if (v == nullptr || !v->IsInt64())
    return std::nullopt;
  return v->GetInt64();
}

std::optional<double> json_object::number(std::string_view name) const {
  const auto* v = document_->find(name);
  if (v == nullptr || !v->IsNumber())
    return std::nullopt;
  return v->GetDouble();
}

std::optional<std::string> json_object::id(std::string_view name) const {
  if (const auto n = integer(name))
    return std::to_string(*n);
  return string(name);
}

std::optional<std::chrono::system_clock::time_point>
json_object::date(std::string_view name) const {
  constexpr double year_2200 = 7'258'118'400.0;
  const auto seconds = number(name);
  if (!seconds)
    return std::nullopt;
  const std::chrono::duration<double> clamped{
    std::clamp(*seconds, 0.0, year_2200)};
  using clock = std::chrono::system_clock;
  return clock::time_point{std::chrono::round<clock::duration>(clamped)};
}

std::string json_object::compact() const {
  return compact_text(document_->value);
}

std::string json_object::compact(std::string_view name) const {
  const auto* v = document_->find(name);
  return v == nullptr ? std::string{} : compact_text(*v);
}

} // namespace wsgw::protocol
