#include "transport/handler.hpp"

namespace wsgw::transport {

std::string_view http_request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name)
      return value;
  return {};
}

bool http_request::has_header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name)
      return true;
  return false;
}

std::string http_request::joined(std::string_view name) const {
  std::string all;
  for (const auto& [key, value] : headers) {
    if (key != name)
      continue;
    if (!all.empty())
      all += ", ";
    all += value;
  }
  return all;
}

} // namespace wsgw::transport
