#include "actors/pulse.hpp"

#include <utility>

namespace wsgw::actors {

void pulse::watch(std::string name, question ask) {
  parts_.push_back({std::move(name), std::move(ask),
                    std::make_shared<std::atomic<bool>>(false)});
}

bool pulse::beat() {
  bool all = true;
  for (auto& each : parts_) {
    // One question at a time: a stuck part must not gather them.
    if (each.is_waiting->exchange(true)) {
      all = false;
      continue;
    }
    each.ask([waiting = each.is_waiting] { *waiting = false; });
  }
  return all;
}

std::string pulse::silent() const {
  std::string names;
  for (const auto& each : parts_)
    if (each.is_waiting->load())
      names += (names.empty() ? "" : ", ") + each.name;
  return names;
}

} // namespace wsgw::actors
