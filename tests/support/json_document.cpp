#include "tests/support/json_document.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

namespace wsgw::tests {

struct json_document::content {
  const rapidjson::Value* find(const char* pointer) const {
    return rapidjson::Pointer{pointer}.Get(root);
  }

  const rapidjson::Value& at(const char* pointer) const {
    const auto* found = find(pointer);
    REQUIRE_MESSAGE(found != nullptr, std::string{pointer}, " is missing in ",
                    source);
    return *found;
  }

  std::string source;
  rapidjson::Document root;
};

json_document::json_document(std::string_view text)
    : content_(std::make_unique<content>()) {
  content_->source = text;
  content_->root.Parse(text.data(), text.size());
  REQUIRE_MESSAGE(!content_->root.HasParseError(), "not JSON: ", text);
}

json_document::~json_document() = default;

bool json_document::has(const char* pointer) const {
  return content_->find(pointer) != nullptr;
}

std::string json_document::text(const char* pointer) const {
  const auto& value = content_->at(pointer);
  REQUIRE_MESSAGE(value.IsString(), std::string{pointer}, " is no string");
  return {value.GetString(), value.GetStringLength()};
}

std::int64_t json_document::number(const char* pointer) const {
  const auto& value = content_->at(pointer);
  REQUIRE_MESSAGE(value.IsInt64(), std::string{pointer}, " is no integer");
  return value.GetInt64();
}

double json_document::real(const char* pointer) const {
  const auto& value = content_->at(pointer);
  REQUIRE_MESSAGE(value.IsNumber(), std::string{pointer}, " is no number");
  return value.GetDouble();
}

bool json_document::boolean(const char* pointer) const {
  const auto& value = content_->at(pointer);
  REQUIRE_MESSAGE(value.IsBool(), std::string{pointer}, " is no boolean");
  return value.GetBool();
}

std::size_t json_document::size(const char* pointer) const {
  const auto& value = content_->at(pointer);
  REQUIRE_MESSAGE((value.IsArray() || value.IsObject()), std::string{pointer},
                  " has no size");
  return value.IsArray() ? value.Size() : value.MemberCount();
}

std::vector<std::string> json_document::names(const char* pointer) const {
  const auto& value = content_->at(pointer);
  REQUIRE_MESSAGE(value.IsObject(), std::string{pointer}, " is no object");
  std::vector<std::string> result;
  for (const auto& member : value.GetObject())
    result.emplace_back(member.name.GetString());
  return result;
}

} // namespace wsgw::tests
