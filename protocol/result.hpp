#pragma once

#include "protocol/errc.hpp"

#include <utility>
#include <variant>

namespace wsgw::protocol {

/// Either a value or an `errc`: what every parser here returns. A small
/// stand-in for C++23's std::expected, which g++ 12 lacks in C++20 mode.
template <class T>
class result {
public:
  result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  result(errc error) : content_(std::in_place_index<1>, error) {}

  explicit operator bool() const { return content_.index() == 0; }

  T& operator*() & { return std::get<0>(content_); }
  const T& operator*() const& { return std::get<0>(content_); }
  T&& operator*() && { return std::get<0>(std::move(content_)); }
  T* operator->() { return &std::get<0>(content_); }
  const T* operator->() const { return &std::get<0>(content_); }

  errc error() const { return std::get<1>(content_); }

private:
  std::variant<T, errc> content_;
};

} // namespace wsgw::protocol
