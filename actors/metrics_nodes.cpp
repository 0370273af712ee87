#include "actors/metrics_parts.hpp"
#include "actors/node_bus.hpp"

namespace wsgw::actors {

void add_node_metrics(exposition& out, const hub& shared) {
  static const node_counters none;
  const auto& bus = shared.nodes != nullptr ? shared.nodes->counts : none;
  const auto of = [](const std::atomic<std::uint64_t>& count) {
    return static_cast<double>(count.load());
  };
  out.counter("wsgw_node_questions_total", "Questions to all other nodes.",
              of(bus.asked));
  out.family(prometheus::MetricType::Counter, "wsgw_node_answers_total",
             "Questions of other nodes, by what they got.");
  out.sample(of(bus.answered), {{"outcome", "answered"}});
  out.sample(of(bus.refused), {{"outcome", "refused"}});
  out.counter("wsgw_node_messages_ignored_total",
              "Malformed messages between nodes.", of(bus.ignored));
  out.counter("wsgw_audit_runs_total", "Self-checks of this node.",
              of(shared.audits));
  add_tally(out, "wsgw_audit_repairs_total",
            "Mismatches that the audit has put right, by kind.", "kind",
            shared.repairs.snapshot());
}

} // namespace wsgw::actors
