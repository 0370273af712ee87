#pragma once

#include "protocol/explain.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::protocol::explain {

/// Everything that was found out, before it is judged.
struct findings {
  question asked;
  std::vector<node_fact> nodes;
  std::optional<log_fact> log; ///< empty: there is none, or it did not answer
  std::vector<std::string> silent; ///< nodes that did not answer
  std::string log_error;           ///< empty: none
  std::string bus_error;           ///< other nodes could not be asked; or empty
};

/// The verdict on one connection, or on nobody.
struct line {
  finding what;
  std::optional<connection_fact> who;
  std::optional<event_fact> event; ///< as the connection's node knows it
};

struct answer {
  question asked;
  /// The event that the verdicts are about, as each node and the log know it;
  /// no two from one place.
  std::vector<event_fact> events{};
  /// Numbers of other events that the question might have meant.
  std::vector<std::uint64_t> also{};
  std::vector<line> lines{};
  std::array<std::size_t, verdict_count> counts{};
  std::vector<std::pair<std::string, time_point>> nodes{}; ///< remember since
  std::vector<std::string> silent{};
  /// Why the answer may be incomplete, a sentence each; empty: it is complete.
  std::vector<std::string> doubts{};
};

answer make_answer(findings from);

} // namespace wsgw::protocol::explain
