#include "actors/node_roster.hpp"

#include "actors/presence_ledger.hpp"
#include "protocol/presence_text.hpp"

#include <algorithm>

namespace wsgw::actors {

void node_roster::link_ready(clock::time_point now) {
  judge_from_ = now + presence_ledger::settle_time;
}

void node_roster::listed(const std::vector<std::string>& nodes,
                         clock::time_point now) {
  std::set<std::string> living;
  for (const auto& each : nodes)
    if (each != self_ && protocol::is_node_id(each)
        && living.size() < max_nodes)
      living.insert(each);
  // A list without this node is not complete: the others will be back too.
  if (std::find(nodes.begin(), nodes.end(), self_) == nodes.end())
    link_ready(now);
  if (now >= judge_from_)
    others_ = std::move(living);
  else if (others_.size() < max_nodes)
    others_.merge(living);
}

} // namespace wsgw::actors
