#include "tests/bench/report.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdio>

namespace wsgw::bench {

namespace {

/// Collects figures with as many digits as make sense to read.
class figure_list {
public:
  void count(std::string key, std::uint64_t value) {
    figures_.push_back({std::move(key), std::to_string(value)});
  }
  void real(std::string key, double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    figures_.push_back({std::move(key), text});
  }
  void text(std::string key, std::string value) {
    figures_.push_back({std::move(key), std::move(value), true});
  }
  std::vector<figure> take() { return std::move(figures_); }

private:
  std::vector<figure> figures_;
};

double seconds_between(const usage& a, const usage& b) {
  return static_cast<double>(b.at - a.at) / 1e9;
}

/// CPU nanoseconds of one process between two looks, 0 when unknown.
double spent(const std::optional<cpu_time>& a,
             const std::optional<cpu_time>& b) {
  return a && b ? static_cast<double>(b->total_ns - a->total_ns) : 0.0;
}

double kernel_share(const std::optional<cpu_time>& a,
                    const std::optional<cpu_time>& b) {
  if (!a || !b)
    return 0;
  const auto user = static_cast<double>(b->user_ns - a->user_ns);
  const auto kernel = static_cast<double>(b->kernel_ns - a->kernel_ns);
  return user + kernel > 0 ? kernel / (user + kernel) : 0.0;
}

void add_throughput(figure_list& out, const outcome& r) {
  const auto seconds = seconds_between(r.start, r.end);
  out.real("seconds", seconds, 3);
  out.count("events", r.events);
  out.count("deliveries", r.deliveries);
  out.real("deliveries_per_second", static_cast<double>(r.deliveries) / seconds,
           0);
  out.real("p50_us", r.latency.percentile_us(0.5), 1);
  out.real("p99_us", r.latency.percentile_us(0.99), 1);
  out.real("p999_us", r.latency.percentile_us(0.999), 1);
  out.real("max_us", r.latency.max_us(), 1);
}

void add_faults(figure_list& out, const outcome& r) {
  out.count("lost", r.faults.lost);
  out.count("doubled", r.faults.doubled);
  out.count("reordered", r.faults.reordered);
  out.count("misrouted", r.faults.misrouted);
  out.count("refused", r.sockets.refused);
  out.count("closed", r.sockets.closed);
  for (const auto& [code, sockets] : r.sockets.close_codes)
    out.count("closed_" + std::to_string(code), sockets);
  out.count("broken_frames", r.sockets.broken);
  out.count("other_frames", r.other_frames);
  out.count("pings", r.sockets.pings);
}

void add_cpu(figure_list& out, const outcome& r) {
  const auto ns = static_cast<double>(r.end.at - r.start.at);
  const auto per_delivery = [&r](double spent_ns) {
    return r.deliveries == 0
             ? 0.0
             : spent_ns / 1000.0 / static_cast<double>(r.deliveries);
  };
  const auto server = spent(r.start.server, r.end.server);
  const auto redis = spent(r.start.redis, r.end.redis);
  const auto self = spent(r.start.self, r.end.self);
  if (r.start.server) {
    out.real("server_cpu_us_per_delivery", per_delivery(server), 3);
    out.real("server_cpu_share", server / ns, 3);
    out.real("server_kernel_share", kernel_share(r.start.server, r.end.server),
             3);
  }
  if (r.start.redis) {
    out.real("redis_cpu_us_per_delivery", per_delivery(redis), 3);
    out.real("redis_cpu_share", redis / ns, 3);
  }
  out.real("generator_cpu_share", self / ns, 3);
  const auto busy =
    static_cast<double>(r.end.machine.busy_ns - r.start.machine.busy_ns);
  out.real("others_cpu_share", std::max(0.0, busy - server - redis - self) / ns,
           3);
  out.real(
    "stolen_cpu_share",
    static_cast<double>(r.end.machine.stolen_ns - r.start.machine.stolen_ns)
      / ns,
    3);
}

void add_connections(figure_list& out, const outcome& r, const options& o) {
  const auto sockets = static_cast<double>(o.connections);
  const auto seconds = static_cast<double>(r.connected_at - r.before.at) / 1e9;
  out.real("connect_seconds", seconds, 3);
  out.real("connects_per_second", sockets / seconds, 0);
  if (!r.before.server || !r.connected.server)
    return;
  out.real("accept_cpu_us",
           spent(r.before.server, r.connected.server) / 1000.0 / sockets, 1);
  if (r.before.server_bytes && r.connected.server_bytes)
    out.real(
      "bytes_per_connection",
      static_cast<double>(*r.connected.server_bytes - *r.before.server_bytes)
        / sockets,
      0);
}

void add_slow(figure_list& out, const outcome& r, const options& o) {
  const auto& slow = r.slow;
  out.count("slow", o.slow);
  out.count("slow_connects", slow.connects);
  out.count("slow_events", slow.events);
  out.count("slow_bytes", slow.bytes);
  out.count("slow_lagging", slow.lagging);
  out.count("slow_live", slow.live);
  out.count("slow_pulls", slow.pulls);
  out.count("slow_resets", slow.resets);
  out.count("slow_lost", slow.lost);
  out.count("slow_doubled", slow.doubled);
  for (const auto& [code, readers] : slow.closes)
    out.count("slow_closed_" + std::to_string(code), readers);
}

} // namespace

std::vector<figure> figures_of(const outcome& result, const options& o) {
  figure_list out;
  out.count("connections", o.connections);
  out.count("dialogs", o.dialogs);
  out.count("payload_bytes", o.payload_bytes);
  if (o.rate > 0)
    out.real("rate", o.rate, 1);
  else
    out.count("window", o.window);
  add_throughput(out, result);
  add_cpu(out, result);
  add_connections(out, result, o);
  add_faults(out, result);
  if (result.peak_server_bytes > 0)
    out.real("peak_server_mb",
             static_cast<double>(result.peak_server_bytes) / 1e6, 1);
  if (o.slow > 0)
    add_slow(out, result, o);
  const auto complaint = verdict(result);
  out.text("verdict", complaint.empty() ? "ok" : complaint);
  return out.take();
}

std::string to_lines(const std::vector<figure>& figures) {
  std::string lines;
  for (const auto& f : figures)
    lines += f.key + '=' + f.value + '\n';
  return lines;
}

std::string to_json(const std::vector<figure>& figures) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  for (const auto& f : figures) {
    writer.Key(f.key.c_str());
    if (f.is_text)
      writer.String(f.value);
    else
      writer.RawValue(f.value.data(), f.value.size(), rapidjson::kNumberType);
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string verdict(const outcome& result) {
  if (!result.abort_reason.empty())
    return result.abort_reason;
  if (result.faults.any())
    return "deliveries were lost, doubled, reordered or misrouted";
  if (result.sockets.closed + result.sockets.broken > 0)
    return "sockets were closed or got broken frames";
  if (result.slow.lost + result.slow.doubled > 0)
    return "slow readers lost events or got them twice";
  if (result.has_slow_behind)
    return "slow readers did not catch up";
  return {};
}

} // namespace wsgw::bench
