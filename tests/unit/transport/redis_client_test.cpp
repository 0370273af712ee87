#include "tests/support/redis_links.hpp"
#include "tests/support/redis_server.hpp"

#include <doctest/doctest.h>

namespace wsgw::transport {

namespace {

using namespace tests;

struct connected {
  connected() : client(loop, server.url()) {
    REQUIRE(client.states.becomes(redis_state::ready));
  }

  redis_server server;
  running_loop loop;
  blocking_client client;
};

/// Makes and starts a link; on the loop's thread.
void make(std::unique_ptr<redis_client>& link, running_loop& loop,
          const redis_server& server,
          std::function<void(const redis_status&)> on_state) {
  link = std::make_unique<redis_client>(*loop, endpoint(server.url()),
                                        std::move(on_state), quick_timing());
  link->start();
}

} // namespace

TEST_SUITE("transport/redis_client") {

  TEST_CASE("replies of every type come as values") {
    connected c;
    const std::string odd{"a\0b\r\n", 5};
    CHECK(c.client.text({"SET", odd, odd}) == "OK");
    CHECK(c.client.text({"GET", odd}) == odd);
    CHECK(std::get<std::int64_t>(c.client.run({"INCR", "n"}).value) == 1);
    CHECK(c.client.run({"GET", "none"}).value.index() == 0);
    CHECK(c.client.text({"INCR", odd}).starts_with("ERR value is not"));
    const auto reply = c.client.run(
      {"EVAL", "return {1,'two',{3,false,redis.error_reply('E x')}}", "0"});
    const auto& outer = std::get<redis_reply::array>(reply.value);
    REQUIRE(outer.size() == 3);
    CHECK(std::get<std::int64_t>(outer[0].value) == 1);
    CHECK(std::get<std::string>(outer[1].value) == "two");
    const auto& inner = std::get<redis_reply::array>(outer[2].value);
    REQUIRE(inner.size() == 3);
    CHECK(inner[1].value.index() == 0);
    CHECK(inner[2].error()->text == "E x");
  }

  TEST_CASE("a nil array is an answer and does not shift the later ones") {
    connected c;
    CHECK(
      c.client.run({"XREAD", "COUNT", "1", "STREAMS", "s", "0"}).value.index()
      == 0);
    CHECK(c.client.text({"ECHO", "next"}) == "next");
    const auto empty = c.client.run({"LRANGE", "none", "0", "-1"});
    CHECK(std::get<redis_reply::array>(empty.value).empty());
    CHECK(c.client.text({"ECHO", "last"}) == "last");
  }

  TEST_CASE("many commands in flight are answered in order") {
    connected c;
    std::vector<std::string> echoes;
    std::promise<void> complete;
    c.loop.call([&] {
      for (auto i = 0; i < 1000; ++i)
        c.client.link().command(
          {"ECHO", std::to_string(i)}, [&](const redis_reply& reply) {
            echoes.push_back(std::get<std::string>(reply.value));
            if (echoes.size() == 1000)
              complete.set_value();
          });
    });
    complete.get_future().wait();
    auto is_ordered = true;
    for (std::size_t i = 0; i < echoes.size(); ++i)
      is_ordered &= echoes[i] == std::to_string(i);
    CHECK(is_ordered);
  }

  TEST_CASE("commands beyond the limit fail at once, the others do not") {
    connected c;
    std::atomic<int> failed{0};
    std::atomic<int> answered{0};
    c.loop.call([&] {
      for (auto i = 0; i < 10'100; ++i)
        c.client.link().command({"PING"}, [&](const redis_reply& reply) {
          ++(reply.error() != nullptr ? failed : answered);
        });
    });
    CHECK(failed >= 100);
    CHECK(eventually([&] { return failed + answered == 10'100; }));
    CHECK(answered >= 9'900);
  }

  TEST_CASE("a command while the link is down fails with link down") {
    running_loop loop;
    blocking_client client{loop,
                           "redis://127.0.0.1:" + std::to_string(free_port())};
    REQUIRE(client.states.becomes(redis_state::down));
    CHECK(client.text({"PING"}) == "link down");
  }

  TEST_CASE("a command that waits when the link is lost fails once") {
    connected c;
    std::atomic<int> answers{0};
    std::string text;
    c.loop.call([&] {
      c.client.link().command({"BLPOP", "never", "0"}, [&](const auto& reply) {
        text = reply.error() != nullptr ? reply.error()->text : "no error";
        ++answers;
      });
    });
    c.server.stop();
    CHECK(eventually([&] { return answers == 1; }));
    CHECK(text == "link down");
    c.server.start();
    CHECK(c.client.states.becomes(redis_state::ready));
    CHECK(c.client.text({"ECHO", "again"}) == "again");
    CHECK(answers == 1);
  }

  TEST_CASE("stopping answers what waits before it returns, and is final") {
    connected c;
    auto answers = 0;
    const auto before = c.client.states.times(redis_state::down);
    c.loop.call([&] {
      auto count = [&](const redis_reply&) { ++answers; };
      c.client.link().command({"BLPOP", "never", "0"}, count);
      c.client.link().command({"PING"}, count);
      c.client.link().stop();
      CHECK(answers == 2);
      CHECK_FALSE(c.client.link().is_ready());
    });
    CHECK(c.client.text({"PING"}) == "link down");
    CHECK(c.client.states.times(redis_state::down) == before);
  }

  TEST_CASE("commands that change the mode of the link are refused") {
    connected c;
    for (const auto* word :
         {"SUBSCRIBE", "psubscribe", "Monitor", "UNSUBSCRIBE"})
      CHECK(c.client.text({word, "x"}) == "not a command for this link");
    CHECK(c.client.run({}).error() != nullptr);
    CHECK(c.client.text({"ECHO", "fine"}) == "fine");
  }

  TEST_CASE("a link may be destroyed inside its state callback") {
    redis_server server;
    running_loop loop;
    for (const auto state : {redis_state::connecting, redis_state::ready}) {
      std::unique_ptr<redis_client> link;
      std::atomic<bool> is_gone{false};
      loop.call([&] {
        make(link, loop, server, [&, state](const redis_status& status) {
          if (status.state != state)
            return;
          link.reset();
          is_gone = true;
        });
      });
      CHECK(eventually([&] { return is_gone.load(); }));
    }
    CHECK(server.cli("PING") == "PONG");
  }

  TEST_CASE("a link may be destroyed inside a command's callback") {
    redis_server server;
    running_loop loop;
    std::unique_ptr<redis_client> link;
    std::atomic<int> answers{0};
    loop.call([&] {
      make(link, loop, server, [&](const redis_status& status) {
        if (status.state != redis_state::ready)
          return;
        for (auto i = 0; i < 3; ++i)
          link->command({"PING"}, [&](const redis_reply&) {
            link.reset();
            ++answers;
          });
      });
    });
    CHECK(eventually([&] { return answers > 0; }));
    loop.call([] {});
    CHECK(answers == 1);
  }

  TEST_CASE("a link may be stopped and started again inside its callbacks") {
    redis_server server;
    running_loop loop;
    std::unique_ptr<redis_client> link;
    std::atomic<int> ready{0};
    loop.call([&] {
      make(link, loop, server, [&](const redis_status& status) {
        if (status.state != redis_state::ready || ++ready == 3)
          return;
        link->stop();
        link->start();
      });
    });
    CHECK(eventually([&] { return ready == 3; }));
    CHECK(loop.call([&] { return link->is_ready(); }));
    loop.call([&] { link.reset(); });
  }

} // TEST_SUITE

} // namespace wsgw::transport
