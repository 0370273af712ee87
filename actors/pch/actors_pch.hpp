// Compiled once per target, in front of every source (cpp_pch in meson.build);
// no source includes it, and each still includes what it uses. Only headers
// that are not ours: CAF's cost more than the rest of a file.
#ifndef WSGW_ACTORS_PCH_HPP
#define WSGW_ACTORS_PCH_HPP

#include <caf/all.hpp>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#endif
