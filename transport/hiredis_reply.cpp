#include "transport/hiredis_reply.hpp"

#include <hiredis/async.h>

#include <cstddef>
#include <string_view>

namespace wsgw::transport {

namespace {

constexpr int most_elements = 1 << 20;

bool is_text(const redisReply* reply) {
  return reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS;
}

std::string_view text(const redisReply* reply) {
  return {reply->str, static_cast<std::size_t>(reply->len)};
}

/// hiredis's own constructors of reply objects, the same for all readers.
const redisReplyObjectFunctions& plain(const redisReader* reader = nullptr) {
  static const redisReplyObjectFunctions functions = *reader->fn;
  return functions;
}

/// True while the next reply can only be a push.
bool is_push_due(const reply_guard& guard) {
  return guard.context->replies.head == nullptr;
}

/// A reply without children, at the top: hiredis takes any while a command
/// waits or a subscription runs, else only an error.
bool is_leaf_fine(const reply_guard& guard, const redisReadTask* task) {
  const auto is_subscribed = (guard.context->c.flags & REDIS_SUBSCRIBED) != 0;
  return !is_push_due(guard) || is_subscribed
         || task->type == REDIS_REPLY_ERROR;
}

/// Element 0 names the push, 1 must be a string, the others are not looked at.
bool is_element_fine(const redisReadTask* task, const std::string_view* name) {
  if (task->idx == 0)
    return name != nullptr
           && (*name == "pmessage" || *name == "psubscribe" || *name == "pong");
  return task->idx != 1
         || (name != nullptr && task->type == REDIS_REPLY_STRING);
}

bool allow(const redisReadTask* task, const std::string_view* name) {
  auto& guard = *static_cast<reply_guard*>(task->privdata);
  const auto* parent = task->parent;
  auto is_fine = true;
  if (parent == nullptr)
    is_fine = is_leaf_fine(guard, task);
  else if (parent->parent == nullptr && is_push_due(guard))
    is_fine = is_element_fine(task, name);
  guard.has_refused |= !is_fine;
  return is_fine;
}

void* make_string(const redisReadTask* task, char* data, std::size_t size) {
  const std::string_view name{data, size};
  return allow(task, &name) ? plain().createString(task, data, size) : nullptr;
}

void* make_integer(const redisReadTask* task, long long value) {
  return allow(task, nullptr) ? plain().createInteger(task, value) : nullptr;
}

void* make_nil(const redisReadTask* task) {
  return allow(task, nullptr) ? plain().createNil(task) : nullptr;
}

void* make_array(const redisReadTask* task, int elements) {
  auto& guard = *static_cast<reply_guard*>(task->privdata);
  const auto is_short =
    task->parent == nullptr && is_push_due(guard) && elements < 2;
  guard.has_refused |= is_short || elements > most_elements;
  if (guard.has_refused || !allow(task, nullptr))
    return nullptr;
  return plain().createArray(task, elements);
}

void free_object(void* reply) { plain().freeObject(reply); }

} // namespace

void install(reply_guard& guard) {
  static redisReplyObjectFunctions guarded = {
    make_string, make_array, make_integer, make_nil, free_object};
  auto* reader = guard.context->c.reader;
  plain(reader);
  reader->fn = &guarded;
  reader->privdata = &guard;
}

redis_reply copy_reply(const redisReply& reply) {
  redis_reply copy;
  switch (reply.type) {
  case REDIS_REPLY_STRING:
  case REDIS_REPLY_STATUS:
    copy.value = std::string{text(&reply)};
    break;
  case REDIS_REPLY_INTEGER:
    copy.value = static_cast<std::int64_t>(reply.integer);
    break;
  case REDIS_REPLY_ERROR:
    copy.value = redis_reply::failure{std::string{text(&reply)}};
    break;
  case REDIS_REPLY_ARRAY: {
    redis_reply::array elements;
    elements.reserve(reply.elements);
    for (std::size_t i = 0; i < reply.elements; ++i)
      elements.push_back(copy_reply(*reply.element[i]));
    copy.value = std::move(elements);
    break;
  }
  default:
    break; // nil
  }
  return copy;
}

push_kind read_push(const redisReply& push, redis_message& out) {
  if (push.type != REDIS_REPLY_ARRAY || push.elements < 3
      || !is_text(push.element[0]))
    return push_kind::other;
  const auto kind = text(push.element[0]);
  if (kind == "psubscribe")
    return push_kind::subscribed;
  if (kind != "pmessage" || push.elements < 4 || !is_text(push.element[2])
      || !is_text(push.element[3]))
    return push_kind::other;
  out.channel = text(push.element[2]);
  out.payload = text(push.element[3]);
  return push_kind::message;
}

} // namespace wsgw::transport
