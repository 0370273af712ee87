#pragma once

#include "actors/hub.hpp"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace wsgw::actors {

/// `name` when it is one of our error words, the words of a close reason when
/// it is its text, else `other`: a backend's own sentence is no label.
std::string refusal_word(const std::string& name);

/// Refusals by their words. What can happen is 0 before it has happened, so
/// that its first time is an increase.
std::map<std::string, std::uint64_t> refusals(const tally& counts);
/// The same of events that were skipped.
std::map<std::string, std::uint64_t> skipped_events(const tally& counts);

/// `counts` with a 0 for each of `words` that is not in it.
std::map<std::string, std::uint64_t>
with_zeros(std::map<std::string, std::uint64_t> counts,
           std::initializer_list<const char*> words);

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
/// Every code that this gateway closes with, and what clients mostly send.
std::vector<std::string> usual_closes();

/// Sums a tally by the labels that `words` gives its names.
template <class Words>
auto grouped(const tally& counts, Words words,
             const std::vector<std::string>& known = {}) {
  std::map<decltype(words(std::string{})), std::uint64_t> groups;
  for (const auto& name : known)
    groups[words(name)] = 0;
  for (const auto& [name, count] : counts.snapshot())
    groups[words(name)] += count;
  return groups;
}

} // namespace wsgw::actors
