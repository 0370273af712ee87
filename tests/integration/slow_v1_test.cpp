#include "protocol/cursor.hpp"
#include "tests/support/running_hub.hpp"
#include "tests/support/v1_summary.hpp"

#include <doctest/doctest.h>

#include <optional>

namespace wsgw::tests {

namespace {

constexpr std::size_t event_bytes = 20'000;
/// More than the outbox and what the kernel may take beside it.
constexpr std::uint64_t most_events = 40;

environment_map small_outbox(environment_map more = {}) {
  more["WS_OUTBOX_BYTES"] = "65536";
  return more;
}

/// A v1 client that does all it should, when it reads at all, and checks that
/// every number follows the one before.
class slow_reader {
public:
  slow_reader(const running_hub& hub, const std::string& cursor = {},
              std::uint64_t dialog = 10)
      : client_(open(hub, cursor, dialog)) {
    if (const auto at = protocol::parse_cursor(cursor))
      seq_ = at->seq;
  }

  /// Handles one message; returns its word, `close:<code>`, or nothing.
  std::string step() {
    const auto frame = client_.read(patience);
    if (!frame)
      return {};
    if (frame->opcode == op_close)
      return "close:" + std::to_string(frame->close_code);
    const auto word = v1_word(frame->payload);
    if (word.starts_with("event:") || word.starts_with("replay:")) {
      cursor_ = cursor_in(frame->payload);
      const auto next = protocol::parse_cursor(cursor_)->seq;
      CHECK(next == seq_ + 1);
      seq_ = next;
    }
    const auto wants_more = word.starts_with("page:") && word.ends_with("+");
    if (pulls && (wants_more || word.starts_with("lagging:")))
      client_.send_text(R"({"type":"pull","after":)" + std::to_string(seq_)
                        + "}");
    return word;
  }

  /// The first message that begins so; nothing when none comes.
  std::string read_until(std::string_view beginning) {
    for (auto word = step(); !word.empty(); word = step())
      if (word.starts_with(beginning))
        return word;
    return {};
  }

  std::uint64_t seq() const { return seq_; }
  const std::string& cursor() const { return cursor_; }
  bool pulls = true;

private:
  static ws_client open(const running_hub& hub, const std::string& cursor,
                        std::uint64_t dialog) {
    raw_socket::options tiny;
    tiny.receive_buffer = 4096;
    auto target = site_target(dialog) + "&v=1";
    if (!cursor.empty())
      target += "&cursor=" + cursor;
    auto client = ws_client::connect(hub.gateway.port(), target, {}, tiny);
    REQUIRE(client.is_open());
    return client;
  }

  ws_client client_;
  std::uint64_t seq_ = 0;
  std::string cursor_;
};

/// Publishes one event in the way of the hub's mode.
void publish_one(running_hub& hub, bool to_log, int id,
                 std::uint64_t dialog = 10) {
  const auto json =
    message_new(dialog, bare_message(id, std::string(event_bytes, 'x')));
  if (to_log)
    hub.redis.cli("FCALL", "wsgw_publish", "1",
                  "dialog:" + std::to_string(dialog), json);
  else
    hub.publish(dialog, json);
}

/// Publishes until a client lags; how many events that took, if not too many.
std::optional<std::uint64_t> publish_until_lagging(running_hub& hub,
                                                   bool to_log) {
  for (std::uint64_t n = 1; n <= most_events; ++n) {
    publish_one(hub, to_log, static_cast<int>(n));
    if (n % 5 == 0 && hub.gateway.metric("wsgw_lagging") == 1)
      return n;
  }
  return std::nullopt;
}

} // namespace

TEST_SUITE("integration/slow_v1") {

  TEST_CASE("a slow v1 client pulls what it missed from memory") {
    running_hub hub{small_outbox()};
    slow_reader slow{hub};
    REQUIRE(slow.step() == "hello:fresh:0");
    const auto sent = publish_until_lagging(hub, false);
    REQUIRE(sent.has_value());
    CHECK(slow.read_until("live:") == "live:" + std::to_string(*sent));
    CHECK(slow.seq() == *sent);
    publish_one(hub, false, 1'000'000);
    CHECK(slow.step() == "event:" + std::to_string(*sent + 1));
    CHECK(hub.gateway.metric("wsgw_lagging") == 0);
  }

  TEST_CASE("a slow v1 client pulls from the log what memory forgot") {
    running_hub hub{small_outbox({{"WS_LOG", "on"}, {"WS_HISTORY_SIZE", "5"}})};
    slow_reader slow{hub};
    REQUIRE(slow.step() == "hello:fresh:0");
    const auto sent = publish_until_lagging(hub, true);
    REQUIRE(sent.has_value());
    CHECK(slow.read_until("live:") == "live:" + std::to_string(*sent));
    CHECK(slow.seq() == *sent);
    publish_one(hub, true, 1'000'000);
    CHECK(slow.step() == "event:" + std::to_string(*sent + 1));
  }

  TEST_CASE("who lags for too long is closed and resumes with its cursor") {
    running_hub hub{small_outbox({{"WS_LOG", "on"}, {"WS_SLOW_TIMEOUT", "1"}})};
    slow_reader slow{hub};
    REQUIRE(slow.step() == "hello:fresh:0");
    slow.pulls = false;
    const auto sent = publish_until_lagging(hub, true);
    REQUIRE(sent.has_value());
    CHECK(slow.read_until("close:") == "close:4010");
    CHECK(slow.seq() > 0);
    CHECK(slow.seq() < *sent);
    slow_reader again{hub, slow.cursor()};
    CHECK(again.step().starts_with("hello:replayed:"));
    CHECK(again.read_until("live:") == "live:" + std::to_string(*sent));
    CHECK(again.seq() == *sent);
  }

  TEST_CASE("slow v1 clients cost no more than their outboxes") {
    running_hub hub{small_outbox({{"WS_HISTORY_BYTES", "1048576"}})};
    constexpr std::uint64_t dialogs = 10;
    std::vector<slow_reader> slow;
    for (std::uint64_t d = 1; d <= dialogs; ++d)
      slow.emplace_back(hub, std::string{}, d);
    int id = 0;
    const auto publish_to_all = [&](int events) {
      for (const auto last = id + events; id < last; ++id)
        for (std::uint64_t d = 1; d <= dialogs; ++d)
          publish_one(hub, false, id + 1, d);
    };
    publish_to_all(150);
    CHECK(eventually(
      [&] { return hub.gateway.metric("wsgw_lagging") == dialogs; }));
    // By now all that is bounded is full; 80 MB more must leave no trace but
    // the allocator's.
    const auto memory = hub.gateway.resident_bytes();
    publish_to_all(400);
    CHECK(hub.gateway.resident_bytes() < memory + memory_factor * (24U << 20));
  }
}

} // namespace wsgw::tests
