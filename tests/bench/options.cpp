#include "tests/bench/options.hpp"

#include <CLI/CLI.hpp>

#include <map>

namespace wsgw::bench {

namespace {

using protocol::role;

void add_server_options(CLI::App& app, options& o) {
  const std::map<std::string, role> roles{
    {"admin", role::admin}, {"widget", role::widget}, {"site", role::site}};
  app.add_option("--url", o.url, "server under test")->capture_default_str();
  app.add_option("--path", o.path,
                 "WebSocket target with {id}; default: the role's endpoint");
  app.add_option("--roles", o.roles, "roles that a dialog's sockets cycle")
    ->delimiter(',')
    ->transform(CLI::CheckedTransformer(roles));
  app.add_flag("--v1", o.v1, "sockets speak v1 instead of legacy");
  app.add_option("--origin", o.origin, "Origin header of every socket");
  app.add_option("--secret-key", o.secret_key, "signs admin tokens")
    ->envname("SECRET_KEY");
  app.add_option("--site-secret", o.site_secret, "signs site tokens")
    ->envname("SITE_SECRET");
  app.add_option("--ticket-secret", o.ticket_secret, "signs widget tickets")
    ->envname("WS_TICKET_SECRET");
  app.add_option("--server-pid", o.server_pid, "measure this process");
  app.add_option("--redis-pid", o.redis_pid, "measure Redis apart");
}

void add_scenario_options(CLI::App& app, options& o) {
  app.add_option("--connections", o.connections, "sockets")
    ->check(CLI::Range(1, 1'000'000));
  app.add_option("--dialogs", o.dialogs, "dialogs the sockets spread over")
    ->check(CLI::Range(1, 1'000'000));
  app.add_option("--first-dialog", o.first_dialog, "smallest dialog id");
  app.add_option("--payload", o.payload_bytes, "bytes of a delivered frame");
  app.add_option("--window", o.window, "closed loop: events in flight")
    ->check(CLI::Range(1, 1'000'000));
  app.add_option("--rate", o.rate, "open loop: events per second")
    ->check(CLI::NonNegativeNumber);
  app.add_option("--warmup", o.warmup_seconds, "seconds before measuring");
  app.add_option("--duration", o.duration_seconds, "seconds measured");
  app.add_option("--settle", o.settle_seconds,
                 "seconds between the last handshake and the memory figure");
  app.add_option("--stall", o.stall_seconds,
                 "give up after so many seconds without a delivery");
  app.add_option("--max-in-flight", o.max_in_flight,
                 "open loop: give up beyond so many events");
  app.add_option("--seed", o.seed, "of the order of dialogs");
}

void add_slow_options(CLI::App& app, options& o) {
  app.add_option("--slow", o.slow, "slow readers beside the connections");
  app.add_option("--slow-rate", o.slow_rate, "bytes a second that each reads")
    ->check(CLI::PositiveNumber);
  app.add_option("--slow-buffer", o.slow_buffer, "their SO_RCVBUF");
  app.add_option("--slow-settle", o.slow_settle_seconds,
                 "seconds in which v1 ones have to catch up at the end, at "
                 "full speed");
}

void add_source_options(CLI::App& app, options& o) {
  const std::map<std::string, source_kind> kinds{{"redis", source_kind::redis},
                                                 {"http", source_kind::http},
                                                 {"ws", source_kind::ws},
                                                 {"none", source_kind::none}};
  app
    .add_option("--source", o.source,
                "redis: PUBLISH; http: POST; ws: frames `<id> <message>`; "
                "none: idle sockets")
    ->transform(CLI::CheckedTransformer(kinds));
  app.add_option("--redis-url", o.redis_url, "redis://[:password@]host:port")
    ->capture_default_str();
  app.add_flag("--publish-log", o.publish_log,
               "redis: append to the log (wsgw_publish), not PUBLISH");
  app.add_option("--publish-url", o.publish_url, "http, ws; default: --url");
  app.add_option("--publish-path", o.publish_path,
                 "target with {id}; default: /api/dialogs/{id}/messages, /pub");
  app.add_flag("--publish-raw", o.publish_raw,
               "http: post the bare message, not the demo's form");
  app
    .add_option("--publish-connections", o.publish_connections,
                "http: requests under way at a time")
    ->check(CLI::Range(1, 10'000));
}

void add_generator_options(CLI::App& app, options& o) {
  app
    .add_option("--connect-concurrency", o.connect_concurrency,
                "handshakes under way at a time")
    ->check(CLI::Range(1, 20'000));
  app.add_option("--connect-timeout", o.connect_timeout_seconds,
                 "seconds for all handshakes");
  app.add_option("--pin", o.pin_cpu, "run on this CPU only");
  app.add_flag("--spin", o.spin, "poll without sleeping");
  app.add_option("--json", o.json_file, "write the figures to this file");
}

} // namespace

std::variant<options, int> parse_options(int argc, char** argv) {
  options o;
  CLI::App app("Loads a WebSocket hub and counts what arrives. Exit status: 0 "
               "every event arrived once and in order; 1 not so; 2 no run.",
               "ws-load");
  // Scripts put their own options behind a scenario's.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  add_server_options(app, o);
  add_scenario_options(app, o);
  add_slow_options(app, o);
  add_source_options(app, o);
  add_generator_options(app, o);
  try {
    app.parse(argc, argv);
    if (o.connections < o.dialogs)
      throw CLI::ValidationError("--dialogs", "more dialogs than connections");
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (o.publish_url.empty())
    o.publish_url = o.url;
  if (o.publish_path.empty())
    o.publish_path =
      o.source == source_kind::ws ? "/pub" : "/api/dialogs/{id}/messages";
  return o;
}

} // namespace wsgw::bench
