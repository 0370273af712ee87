#include "actors/node_questions.hpp"

#include <algorithm>
#include <utility>

namespace wsgw::actors {

std::optional<node_questions::order>
node_questions::open(std::string_view topic, std::string_view json,
                     clock::time_point deadline, node_bus::done then) {
  const auto refuse = [&then](std::string why) {
    node_answers none;
    none.error = std::move(why);
    then(std::move(none));
    return std::nullopt;
  };
  if (!protocol::is_topic(topic))
    return refuse("no such topic");
  if (waiting_.size() >= max_waiting)
    return refuse("too many questions are waiting");
  const auto id = ++last_id_;
  auto text = protocol::encode({id, roster_.self(), topic, json});
  if (text.size() > protocol::max_node_message)
    return refuse("the question is too large");
  waiting_.emplace(id, question{std::move(then), deadline, {}, {}});
  return order{id, std::move(text)};
}

void node_questions::sent(std::uint64_t id) {
  const auto where = waiting_.find(id);
  if (where == waiting_.end())
    return;
  where->second.was_sent = true;
  if (is_complete(where->second))
    finish(where, {});
}

void node_questions::failed(std::uint64_t id, const std::string& why) {
  const auto where = waiting_.find(id);
  if (where != waiting_.end())
    finish(where, why);
}

bool node_questions::heard(std::string_view text) {
  const auto answer = protocol::parse_node_answer(text);
  if (!answer || answer->node == roster_.self())
    return false;
  const auto where = waiting_.find(answer->id);
  // Too late is not wrong. A second answer of the same node counts nothing.
  if (where == waiting_.end())
    return true;
  auto& q = where->second;
  if (q.heard_of.size() >= node_roster::max_nodes
      || !q.heard_of.emplace(answer->node).second)
    return true;
  q.bytes += answer->json.size();
  if (answer->is_answered && q.bytes <= max_bytes)
    q.got.answers.push_back(
      {std::string{answer->node}, std::string{answer->json}});
  else
    q.got.silent.emplace_back(answer->node);
  if (is_complete(q))
    finish(where, {});
  return true;
}

bool node_questions::is_complete(const question& q) const {
  const auto& wanted = roster_.others();
  return q.was_sent
         && std::includes(q.heard_of.begin(), q.heard_of.end(), wanted.begin(),
                          wanted.end());
}

void node_questions::expire(clock::time_point now) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const auto where = it++;
    if (where->second.deadline <= now)
      finish(where,
             where->second.was_sent ? "" : "Redis has not answered in time");
  }
}

void node_questions::fail_all(const std::string& why) {
  // Who is told may ask again at once: that question is not meant.
  auto all = std::exchange(waiting_, {});
  while (!all.empty()) {
    auto first = all.extract(all.begin());
    first.mapped().got.error = why;
    first.mapped().then(std::move(first.mapped().got));
  }
}

std::optional<node_questions::clock::time_point>
node_questions::next_deadline() const {
  std::optional<clock::time_point> first;
  for (const auto& [id, q] : waiting_)
    first = first ? std::min(*first, q.deadline) : q.deadline;
  return first;
}

void node_questions::finish(question_map::iterator where, std::string error) {
  auto q = std::move(where->second);
  waiting_.erase(where);
  q.got.error = std::move(error);
  for (const auto& each : roster_.others())
    if (!q.heard_of.contains(each))
      q.got.silent.push_back(each);
  q.then(std::move(q.got));
}

} // namespace wsgw::actors
