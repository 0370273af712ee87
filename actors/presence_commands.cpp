#include "actors/presence_commands.hpp"

#include "protocol/presence_text.hpp"

#include <string_view>

namespace wsgw::actors {

namespace {

/// Renews the lease; answers whether it had run out (or was never there), and
/// all nodes that live.
constexpr std::string_view lease_script = R"(
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local old = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], 60000)
local live = redis.call('ZRANGEBYSCORE', KEYS[1], now, '+inf')
local kept = old and tonumber(old) >= now
table.insert(live, 1, kept and 'kept' or 'lapsed')
return live
)";

/// Writes one node's members of a room and says so. Asked to read, it first
/// takes out nodes that live no more, and answers the rest.
constexpr std::string_view room_script = R"(
local node, counts, channel = ARGV[1], ARGV[2], ARGV[3]
if counts == '0,0,0' then
  redis.call('HDEL', KEYS[1], node)
else
  redis.call('HSET', KEYS[1], node, counts)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
redis.call('PUBLISH', channel, node .. ' ' .. counts)
local found = {}
if ARGV[5] == 'read' then
  local t = redis.call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    local lease = redis.call('ZSCORE', KEYS[2], all[i])
    if lease and tonumber(lease) >= now then
      found[#found + 1] = all[i]
      found[#found + 1] = all[i + 1]
    elseif all[i] ~= node then
      redis.call('HDEL', KEYS[1], all[i])
    end
  end
end
return found
)";

constexpr std::string_view nodes_key = "ws:nodes";

} // namespace

std::vector<std::string> lease_command(const std::string& node,
                                       std::chrono::milliseconds ttl) {
  return {"EVAL", std::string{lease_script},  "1", std::string{nodes_key},
          node,   std::to_string(ttl.count())};
}

std::vector<std::string> release_command(const std::string& node) {
  return {"ZREM", std::string{nodes_key}, node};
}

std::vector<std::string> room_command(const protocol::room_id& room,
                                      const std::string& node,
                                      const protocol::role_counts& mine,
                                      std::chrono::milliseconds ttl,
                                      bool reads) {
  return {"EVAL",
          std::string{room_script},
          "2",
          protocol::presence_key(room),
          std::string{nodes_key},
          node,
          protocol::encode_presence(mine),
          protocol::presence_channel(room),
          std::to_string(ttl.count()),
          reads ? "read" : ""};
}

} // namespace wsgw::actors
