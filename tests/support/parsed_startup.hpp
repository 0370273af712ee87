#pragma once

#include "actors/config.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Start-up without a process: arguments and environment are parameters.
namespace wsgw::tests {

using actors::environment_map;
using actors::exit_config;
using actors::parse_startup;
using actors::startup;

inline startup parse(std::vector<const char*> arguments,
                     const environment_map& environment = {}) {
  arguments.insert(arguments.begin(), "ws-gateway");
  return parse_startup(static_cast<int>(arguments.size()), arguments.data(),
                       environment, {});
}

inline bool mentions(const std::vector<std::string>& lines,
                     std::string_view what) {
  for (const auto& line : lines)
    if (line.find(what) != std::string::npos)
      return true;
  return false;
}

/// Why start-up was refused with 78; empty when it was not.
inline std::string refusal(const startup& result) {
  return result.stop && result.stop->code == exit_config ? result.stop->text
                                                         : std::string{};
}

inline bool contains(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

} // namespace wsgw::tests
