#include "actors/http_explain.hpp"

#include "actors/explain_facts.hpp"
#include "actors/explain_log.hpp"
#include "actors/gather.hpp"
#include "actors/node_bus.hpp"
#include "protocol/explain_text.hpp"
#include "protocol/explain_wire.hpp"

#include <memory>
#include <utility>

namespace wsgw::actors {

namespace explain = protocol::explain;

namespace {

constexpr std::string_view topic = "explain";

std::string name_of(const hub& shared) {
  return shared.node_id.empty() ? "this" : shared.node_id;
}

/// One question on its way; all members run on one shard's loop.
class inquiry : public std::enable_shared_from_this<inquiry> {
public:
  inquiry(hub& shared, const clocks& time, explain::question asked,
          transport::reply respond)
      : shared_(shared), time_(time),
        home_(nearest_shard(shared.shards).loop()),
        found_{std::move(asked), {}, {}, {}, {}, {}},
        respond_(std::move(respond)) {}

  void start() {
    home_.post([self = shared_from_this()] {
      self->waiting_ = self->shared_.nodes != nullptr ? 2 : 1;
      self->ask_here();
      if (self->shared_.nodes != nullptr)
        self->ask_others();
    });
  }

private:
  void ask_here() {
    gathering<explain::node_fact>::start(
      {&shared_.shard_of(found_.asked.room)},
      [asked = found_.asked, now = time_.wall(), node = name_of(shared_)](
        shard& where) { return explain_facts(where, asked, now, node); },
      [self = shared_from_this()](std::vector<explain::node_fact> parts,
                                  bool complete) {
        if (!complete)
          self->found_.silent.push_back(name_of(self->shared_));
        for (auto& part : parts)
          self->found_.nodes.push_back(std::move(part));
        self->heard();
      });
  }

  void ask_others() {
    shared_.nodes->ask(topic, explain::encode_question(found_.asked),
                       explain_page::patience,
                       [self = shared_from_this()](node_answers got) {
                         self->home_.post([self, got = std::move(got)] {
                           self->take_answers(got);
                         });
                       });
  }

  void take_answers(const node_answers& got) {
    for (const auto& each : got.answers) {
      if (auto facts = explain::parse_facts(each.json, each.node))
        found_.nodes.push_back(std::move(*facts));
      else
        found_.silent.push_back(each.node);
    }
    found_.silent.insert(found_.silent.end(), got.silent.begin(),
                         got.silent.end());
    found_.bus_error = got.error;
    heard();
  }

  void heard() {
    if (--waiting_ != 0)
      return;
    if (shared_.log == nullptr)
      return answer();
    // Weak: the search keeps this object alive, if it goes on.
    deadline_ = home_.after(explain_page::patience, [weak = weak_from_this()] {
      if (const auto self = weak.lock())
        self->home_.post([self] {
          log_finding late = store_error{true, "no answer in time"};
          self->take_log(late);
        });
    });
    search_log(shared_, found_.asked, known_number(),
               [self = shared_from_this()](log_finding got) {
                 self->home_.post([self, got = std::move(got)]() mutable {
                   self->take_log(got);
                 });
               });
  }

  /// The number by which the log can be asked, if anybody knows it.
  std::optional<std::uint64_t> known_number() const {
    if (found_.asked.seq)
      return found_.asked.seq;
    std::optional<std::uint64_t> latest;
    for (const auto& node : found_.nodes)
      for (const auto& e : node.events)
        if (e.has_number() && e.seq != 0
            && e.epoch == explain::mark_of_epoch(node.epoch))
          latest = std::max(latest.value_or(0), e.seq);
    return latest;
  }

  void take_log(log_finding& got) {
    if (!respond_)
      return;
    deadline_.reset();
    if (auto* fact = std::get_if<explain::log_fact>(&got))
      found_.log = std::move(*fact);
    else
      found_.log_error = std::get<store_error>(got).text;
    answer();
  }

  void answer() {
    std::exchange(respond_, nullptr)(
      json_response(explain::encode(explain::make_answer(std::move(found_)))));
  }

  hub& shared_;
  const clocks& time_;
  transport::event_loop& home_;
  explain::findings found_;
  transport::reply respond_;
  transport::timer deadline_; ///< of the log
  int waiting_ = 0;
};

/// Another node asks.
void answer_node(hub& shared, const clocks& time, std::string_view json,
                 node_bus::reply reply) {
  auto asked = explain::parse_question(json);
  if (!asked) {
    reply({});
    return;
  }
  auto& where = shared.shard_of(asked->room);
  where.loop().post([&shared, &where, &time, asked = std::move(*asked),
                     reply = std::move(reply)] {
    reply(explain::encode_facts(
      explain_facts(where, asked, time.wall(), name_of(shared))));
  });
}

} // namespace

explain_page::explain_page(hub& shared, const clocks& time)
    : shared_(shared), time_(time) {
  if (shared.nodes != nullptr)
    shared.nodes->respond(std::string{topic}, [this](const std::string& json,
                                                     node_bus::reply reply) {
      answer_node(shared_, time_, json, std::move(reply));
    });
}

void explain_page::get(page_request request) {
  auto asked = explain::read_question(request.target.query);
  if (!asked) {
    request.respond(error_page(asked.error(), request.http.id));
    return;
  }
  std::make_shared<inquiry>(shared_, time_, std::move(*asked),
                            std::move(request.respond))
    ->start();
}

} // namespace wsgw::actors
