#pragma once

#include "actors/hub.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace wsgw::actors {

/// `name` when it is one of our error words, the words of a close reason when
/// it is its text, else `other`: a backend's own sentence is no label.
std::string refusal_word(const std::string& name);

/// One end of a connection as `count_close` counts it.
struct close_words {
  std::string code;      ///< one of ours or of RFC 6455, else `other`
  std::string reason;    ///< of that code
  std::string initiator; ///< `client` or `server`

  friend bool operator<(const close_words& a, const close_words& b) {
    return std::tie(a.code, a.reason, a.initiator)
           < std::tie(b.code, b.reason, b.initiator);
  }
};
close_words read_close(const std::string& name);

/// Sums a tally by the labels that `words` gives its names.
template <class Words>
auto grouped(const tally& counts, Words words) {
  std::map<decltype(words(std::string{})), std::uint64_t> groups;
  for (const auto& [name, count] : counts.snapshot())
    groups[words(name)] += count;
  return groups;
}

} // namespace wsgw::actors
