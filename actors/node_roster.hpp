#pragma once

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wsgw::actors {

/// Which other nodes live, by their leases of presence (`ws:nodes`). After
/// Redis was away or has forgotten everything, a node that is missing there is
/// not yet dead: it is still counted until all had the time to come back. One
/// thread; time is a parameter.
class node_roster {
public:
  using clock = std::chrono::steady_clock;

  /// More nodes than that are not remembered.
  static constexpr std::size_t max_nodes = 1'024;

  explicit node_roster(std::string self) : self_(std::move(self)) {}

  const std::string& self() const { return self_; }

  /// The link to Redis is up (again).
  void link_ready(clock::time_point now);
  /// What Redis lists as living, this node itself included.
  void listed(const std::vector<std::string>& nodes, clock::time_point now);

  const std::set<std::string>& others() const { return others_; }

private:
  std::string self_;
  std::set<std::string> others_;
  clock::time_point judge_from_{};
};

} // namespace wsgw::actors
