#include "actors/explain_log.hpp"

#include "protocol/timestamp.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace wsgw::actors {

namespace explain = protocol::explain;

namespace {

constexpr std::uint64_t page_size = 500;

/// One search; lives as long as a read is under way.
class log_search : public std::enable_shared_from_this<log_search> {
public:
  log_search(hub& shared, const explain::question& asked,
             std::function<void(log_finding)> done)
      : shared_(shared), asked_(asked), done_(std::move(done)) {}

  void by_number(std::uint64_t seq) {
    is_search_ = false;
    read(seq - 1, 1);
  }

  /// The first page tells where the log ends.
  void by_id() { read(0, 1); }

private:
  void read(std::uint64_t after, std::uint64_t count) {
    shared_.log->read(
      asked_.room, after, count,
      [self = shared_from_this(), after](store_result<protocol::log_page> got) {
        self->take(after, got);
      });
  }

  void take(std::uint64_t after, store_result<protocol::log_page>& got) {
    if (const auto* error = std::get_if<store_error>(&got))
      return done_(*error);
    const auto& page = std::get<protocol::log_page>(got);
    const auto is_first = fact_.epoch.empty();
    if (!is_first && page.epoch != fact_.epoch) // it has begun anew meanwhile
      fact_.events.clear();
    fact_.epoch = page.epoch;
    fact_.first = page.first;
    fact_.head = page.head;
    for (const auto& each : page.events)
      consider(each);
    if (!is_search_ || fact_.epoch.empty())
      return finish(fact_.epoch.empty());
    if (is_first)
      return is_first_page(page.head);
    if (!fact_.events.empty() || after < page.first)
      return finish(after < page.first);
    if (page.head - after >= most_searched)
      return finish(false);
    read(after - std::min(after, page_size), page_size);
  }

  void is_first_page(std::uint64_t head) {
    fact_.events.clear(); // it will be seen again
    if (head == 0)
      return finish(true);
    read(head - std::min(head, page_size), page_size);
  }

  void finish(bool is_searched) {
    fact_.is_searched = is_searched;
    done_(std::move(fact_));
  }

  void consider(const protocol::stored_event& stored) {
    explain::event_fact fact;
    fact.seq = stored.seq;
    fact.epoch = explain::mark_of_epoch(fact_.epoch);
    fact.what = explain::fate::refused;
    if (const auto e = protocol::parse_event(
          stored.json, {shared_.config().compat, false})) {
      fact.what = explain::fate::durable;
      fact.audience = e->audience;
      fact.message_id = e->message_id;
      fact.trace_id = e->trace_id;
      if (e->ts)
        fact.published = protocol::rfc3339(*e->ts);
    }
    if (!is_search_ || is_meant(fact))
      fact_.events.push_back(std::move(fact));
  }

  bool is_meant(const explain::event_fact& fact) const {
    if (!asked_.trace_id.empty())
      return fact.trace_id == asked_.trace_id;
    const auto ids = explain::marks_of(asked_);
    return std::find(ids.begin(), ids.end(),
                     explain::mark_of_id(fact.message_id))
           != ids.end();
  }

  hub& shared_;
  const explain::question asked_;
  std::function<void(log_finding)> done_;
  explain::log_fact fact_;
  bool is_search_ = true;
};

} // namespace

void search_log(hub& shared, const explain::question& asked,
                std::optional<std::uint64_t> seq,
                std::function<void(log_finding)> done) {
  auto search = std::make_shared<log_search>(shared, asked, std::move(done));
  if (seq)
    search->by_number(*seq);
  else
    search->by_id();
}

} // namespace wsgw::actors
