#include "tests/support/deterministic_system.hpp"
#include "tests/support/v1_summary.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <set>

using namespace wsgw;
using namespace wsgw::tests;
using namespace std::chrono_literals;
using protocol::role;

namespace {

constexpr auto room = "dialog:10";

/// Numbers of the events for admins only.
using private_events = std::set<std::uint64_t>;

/// A client as protocol-v1 wants it: keeps a cursor, pulls when it lags. It
/// fails its test on an event that it has or that leaves a hole.
class model_client {
public:
  model_client(deterministic_system& sys, role as, const private_events& those)
      : sys_(sys), as_(as), private_(those) {}

  bool is_connected() const { return now_.has_value(); }

  void connect() {
    now_ = sys_.connect_v1(
      room, as_,
      cursor_.epoch.empty() ? std::string{} : protocol::to_string(cursor_));
    now_->socket->is_bounded = true;
    now_->socket->capacity = 3000;
    is_lagging_ = false;
  }

  /// The connection breaks; what it had not read is lost.
  void drop() {
    now_->socket->texts.clear();
    sys_.disconnect(*now_);
    now_.reset();
  }

  /// Reads everything, pulling while it lags.
  void read() {
    now_->socket->drain();
    for (const auto& text : now_->fresh())
      hear(text);
    if (is_lagging_)
      sys_.say(*now_, R"({"type":"pull","limit":7,"after":)"
                        + std::to_string(cursor_.seq) + "}");
  }

  const protocol::cursor& cursor() const { return cursor_; }
  bool is_lagging() const { return is_lagging_; }
  std::size_t resets() const { return resets_; }
  std::size_t lags() const { return lags_; }

private:
  void hear(const std::string& text) {
    const json_document frame{text};
    const auto type = frame.text("/type");
    is_lagging_ = (is_lagging_ || type == "lagging") && type != "live";
    lags_ += type == "lagging" ? 1 : 0;
    const auto is_reset =
      type == "reset"
      || (type == "hello" && frame.text("/resume") != "replayed");
    if (is_reset) {
      resets_ += type == "hello" && cursor_.epoch.empty() ? 0 : 1;
      cursor_ = *protocol::parse_cursor(frame.text("/cursor"));
    } else if (type == "event") {
      CHECK(frame.number("/seq") == static_cast<std::int64_t>(cursor_.seq) + 1);
      ++cursor_.seq;
    } else if (type == "skip") {
      const auto to = *protocol::parse_cursor(frame.text("/cursor"));
      CHECK(as_ != role::admin);
      for (auto seq = cursor_.seq + 1; seq <= to.seq; ++seq)
        CHECK(private_.contains(seq));
      cursor_ = *protocol::parse_cursor(frame.text("/cursor"));
    }
  }

  deterministic_system& sys_;
  role as_;
  const private_events& private_;
  protocol::cursor cursor_;
  std::optional<deterministic_system::client> now_;
  bool is_lagging_ = false;
  std::size_t resets_ = 0;
  std::size_t lags_ = 0;
};

struct world {
  std::mt19937 dice{4711};
  private_events those;
  int published = 0;
};

/// The next event; its number is the count of those before, and one.
std::string next_event(world& of) {
  const auto id = ++of.published;
  if (of.dice() % 4 != 0)
    return message_new(id, std::string(of.dice() % 200, 'x'));
  of.those.insert(static_cast<std::uint64_t>(id));
  return R"({"type":"operator_handling","_to":["admin"],"n":)"
         + std::to_string(id) + "}";
}

void live_on(deterministic_system& sys, std::vector<model_client>& clients,
             world& of) {
  auto& dice = of.dice;
  std::vector<std::string> events;
  for (auto n = dice() % 12; n != 0; --n)
    events.push_back(next_event(of));
  sys.publish(room, std::move(events));
  for (auto& each : clients) {
    if (!each.is_connected())
      each.connect();
    else if (const auto chance = dice() % 10; chance == 0)
      each.drop();
    else if (chance < 7)
      each.read();
  }
  if (dice() % 4 == 0)
    sys.advance(110ms);
}

} // namespace

TEST_SUITE("actors/dialog: continuity") {

  TEST_CASE("whatever happens, no client misses a number or has one twice") {
    actors::settings config;
    config.outbox_bytes = 3000;
    config.slow_timeout = 10min;
    config.command_rate = 1'000'000;
    config.rate_limit_per_ip = 0;
    deterministic_system sys{config};
    world all;
    std::vector<model_client> clients;
    for (int i = 0; i < 6; ++i)
      clients.emplace_back(sys, i % 2 == 0 ? role::admin : role::widget,
                           all.those);
    for (auto& each : clients)
      each.connect();
    for (int round = 0; round < 300; ++round)
      live_on(sys, clients, all);
    std::size_t lags = 0;
    for (auto& each : clients) {
      if (!each.is_connected())
        each.connect();
      for (int i = 0; i < 300; ++i)
        each.read();
      sys.advance(110ms);
      each.read();
      CHECK(each.cursor().seq == static_cast<std::uint64_t>(all.published));
      CHECK(!each.is_lagging());
      CHECK(each.resets() == 0);
      lags += each.lags();
    }
    CHECK(lags > 10);
  }
}
