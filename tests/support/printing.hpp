#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

/// What a failed check prints of texts that came over a wire.

namespace doctest {

template <>
struct StringMaker<std::optional<std::string>> {
  static String convert(const std::optional<std::string>& text) {
    return text ? text->substr(0, 400).c_str() : "nothing";
  }
};

template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& texts) {
    std::string all = std::to_string(texts.size()) + " texts:";
    for (const auto& text : texts)
      if (all.size() < 2000)
        all += "\n    " + text.substr(0, 200);
    return all.c_str();
  }
};

} // namespace doctest
