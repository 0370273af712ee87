#!lua name=wsgw
-- The durable log of each room, for ws-gateway and its backends (Redis 7).
--
--   FCALL wsgw_publish 1 <room> <json> [<idempotency key>]
--     -> [epoch, seq, duplicate]; a duplicate (1) answers what the first call
--        with this key got and appends nothing
--   FCALL wsgw_cursor 1 <room> -> <epoch>:<seq>, made when there is none
--   FCALL_RO wsgw_read 1 <room> <after> <count>
--     -> [epoch, head, first, renewed, [seq, json] ...]; may hold fewer than
--        count events, but leaves none out; epoch '': no such room
--   FCALL wsgw_renew 1 <room> <epoch> [<why>]
--     -> <epoch>:<seq>; begins a new epoch unless <epoch> is no longer true
--   FCALL_RO wsgw_version 0 -> the number below
--
-- <room> is dialog:<id>, user:<id> and the like; a bare id is a dialog's.
-- Errors: WSGW bad room, WSGW not a JSON object, WSGW bad arguments.
--
-- Keys: ws:meta:{<room>}        hash   epoch, seq; of a renewed epoch also
--                                      why, and before, the one it replaced
--       ws:log:{<room>}         stream <seq>-0, field e = the event as given
--       ws:idem:{<room>}:<key>  string <epoch>:<seq>, for 5 minutes
--       ws:config               hash   maxlen, ttl_ms: the gateways'
--                                      WS_LOG_MAXLEN and WS_LOG_TTL, told by
--                                      wsgw_cursor: backends need not know them
-- A caller's ACL needs ~dialog:* (and so on), ~ws:*, &ws:* and the commands
-- below. Not for Redis Cluster: a room's keys are in different slots.

local VERSION = 1
local IDEMPOTENCY_MS = 300000
local DEFAULT_MAXLEN = 1000
local DEFAULT_TTL_MS = 86400000
local LARGEST_ID = '9223372036854775807'
-- One answer of wsgw_read ends with the event that exceeds it.
local PAGE_BYTES = 1048576
local MOST_EVENTS = 1000

local BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz'
local LARGEST_SEQ = 9007199254740991

local EPHEMERAL = {typing_start = true, typing_stop = true,
                   message_received = true}
-- A client's own event by a non-empty object `_client`, as for the gateways.
local OF_A_CLIENT = {typing_start = true, typing_stop = true, read = true}

-- Numbers stay below 2^53, where tostring() would turn to 1e+15.
local function digits(number)
  return string.format('%.0f', number)
end

local function whole(text)
  return text and string.match(text, '^%d+$') and tonumber(text)
end

local function base36(number)
  local text = ''
  repeat
    local rest = number % 36
    text = string.sub(BASE36, rest + 1, rest + 1) .. text
    number = (number - rest) / 36
  until number == 0
  return text
end

-- The one spelling of a room, or nil.
local function room_of(text)
  if not text then return nil end
  if string.match(text, '^%d+$') then text = 'dialog:' .. text end
  local kind, name = string.match(text, '^([a-z]+):([A-Za-z0-9_.@+-]+)$')
  if not kind or #name > 64 then return nil end
  if kind == 'dialog' then
    name = string.match(name, '^0*([1-9]%d*)$')
    if not name or #name > #LARGEST_ID
       or (#name == #LARGEST_ID and name > LARGEST_ID) then
      return nil
    end
  end
  return kind .. ':' .. name
end

local function meta_of(room) return 'ws:meta:{' .. room .. '}' end
local function log_of(room) return 'ws:log:{' .. room .. '}' end

local function limits()
  local found = redis.call('HMGET', 'ws:config', 'maxlen', 'ttl_ms')
  return whole(found[1]) or DEFAULT_MAXLEN, whole(found[2]) or DEFAULT_TTL_MS
end

local function keep(room, ttl_ms)
  redis.call('PEXPIRE', meta_of(room), digits(ttl_ms))
  redis.call('PEXPIRE', log_of(room), digits(ttl_ms))
end

local function look_up(room)
  local found = redis.call('HMGET', meta_of(room), 'epoch', 'seq', 'why')
  local seq = whole(found[2])
  if found[1] and seq then return found[1], seq, found[3] end
  return nil
end

-- When an epoch began, in us; nil when it is no time of ours.
local function time_of(epoch)
  local time = epoch and tonumber(epoch, 36)
  return time and time < LARGEST_SEQ / 2 and time
end

-- Begins an epoch, which sorts behind the one it replaces whatever the clock
-- says. What the stream holds belongs to another one, also when only the hash
-- was evicted.
local function begin(room, before, why)
  redis.call('DEL', log_of(room), meta_of(room))
  local now = redis.call('TIME')
  local stamp = tonumber(now[1]) * 1000000 + tonumber(now[2])
  local replaced = time_of(before)
  if replaced and stamp <= replaced then
    -- Not just the next: that one may have been begun before and lost.
    stamp = replaced + 1 + tonumber(now[2])
  end
  local epoch = base36(stamp)
  redis.call('HSET', meta_of(room), 'epoch', epoch, 'seq', '0')
  if why then
    redis.call('HSET', meta_of(room), 'why', why, 'before', before)
  end
  return epoch, 0
end

local function head_of(room)
  local epoch, seq = look_up(room)
  if epoch then return epoch, seq end
  return begin(room)
end

local function append(room, json, maxlen)
  local epoch, seq = head_of(room)
  local function add()
    return redis.pcall('XADD', log_of(room), 'MAXLEN', '=', digits(maxlen),
                       digits(seq + 1) .. '-0', 'e', json)
  end
  local added = add()
  if type(added) == 'table' and added.err
     and string.find(added.err, 'equal or smaller', 1, true) then
    -- The stream is ahead of its hash: they are not of one epoch.
    epoch, seq = begin(room, epoch)
    added = add()
  end
  if type(added) == 'table' and added.err then return nil, nil, added end
  redis.call('HSET', meta_of(room), 'seq', digits(seq + 1))
  return epoch, seq + 1
end

-- What cannot be decoded here is for the gateways to judge: durable.
local function is_ephemeral(json)
  local ok, event = pcall(cjson.decode, json)
  if not ok or type(event) ~= 'table' then return false end
  if EPHEMERAL[event.type] then return true end
  -- Of an object; the keys of an array are numbers, {} and [] look the same.
  return OF_A_CLIENT[event.type] == true and type(event._client) == 'table'
         and type(next(event._client)) == 'string'
end

local function publish_durable(room, json, rest)
  local maxlen, ttl_ms = limits()
  local epoch, seq, failure = append(room, json, maxlen)
  if failure then return nil, nil, failure end
  keep(room, ttl_ms)
  local comma = string.sub(rest, 1, 1) == '}' and '' or ','
  redis.call('PUBLISH', 'ws:' .. room,
             '{"_epoch":"' .. epoch .. '","_seq":' .. digits(seq) .. comma
             .. rest)
  return epoch, seq
end

local function publish_ephemeral(room, json)
  local epoch, seq = head_of(room)
  local _, ttl_ms = limits()
  keep(room, ttl_ms)
  redis.call('PUBLISH', 'ws:' .. room, json)
  return epoch, seq
end

local function first_with(room, key)
  local seen = redis.call('GET', key)
  if not seen then return nil end
  local epoch, seq = string.match(seen, '^([0-9a-z]+):(%d+)$')
  -- A gateway without a log has remembered it: nobody numbered the event.
  if not epoch then epoch, seq = head_of(room) end
  return {epoch, tonumber(seq), 1}
end

local function wsgw_publish(keys, args)
  local room, json, key = room_of(keys[1]), args[1], args[2]
  if not room then return redis.error_reply('WSGW bad room') end
  if #keys ~= 1 or not json then
    return redis.error_reply('WSGW bad arguments')
  end
  local rest = string.match(json, '^%s*{%s*(.*)$')
  if not rest then return redis.error_reply('WSGW not a JSON object') end
  if key == '' then key = nil end
  if key then
    key = 'ws:idem:{' .. room .. '}:' .. key
    local first = first_with(room, key)
    if first then return first end
  end
  local epoch, seq, failure
  if is_ephemeral(json) then
    epoch, seq = publish_ephemeral(room, json)
  else
    epoch, seq, failure = publish_durable(room, json, rest)
  end
  if failure then return failure end
  if key then
    redis.call('SET', key, epoch .. ':' .. digits(seq), 'PX', IDEMPOTENCY_MS)
  end
  return {epoch, seq, 0}
end

-- Gateways pass WS_LOG_MAXLEN and WS_LOG_TTL (in ms), which are remembered.
local function wsgw_cursor(keys, args)
  local room = room_of(keys[1])
  if not room then return redis.error_reply('WSGW bad room') end
  local maxlen, ttl_ms = limits()
  local told_maxlen, told_ttl_ms = whole(args[1]), whole(args[2])
  if told_maxlen and told_ttl_ms
     and (told_maxlen ~= maxlen or told_ttl_ms ~= ttl_ms) then
    redis.call('HSET', 'ws:config', 'maxlen', args[1], 'ttl_ms', args[2])
    ttl_ms = told_ttl_ms
  end
  local epoch, seq = head_of(room)
  keep(room, ttl_ms)
  return epoch .. ':' .. digits(seq)
end

local function wsgw_renew(keys, args)
  local room, old = room_of(keys[1]), args[1]
  if not room then return redis.error_reply('WSGW bad room') end
  if not old or not string.match(old, '^[0-9a-z]+$') then
    return redis.error_reply('WSGW bad arguments')
  end
  local epoch, seq = look_up(room)
  -- Without a hash nobody knows the old epoch any more: it is lost as well.
  if not epoch or epoch == old then
    epoch, seq = begin(room, old, args[2] or 'broker_lost_tail')
  end
  local _, ttl_ms = limits()
  keep(room, ttl_ms)
  return epoch .. ':' .. digits(seq)
end

local function first_kept(room, head)
  local oldest = redis.call('XRANGE', log_of(room), '-', '+', 'COUNT', 1)[1]
  return oldest and whole(string.match(oldest[1], '^%d+')) or head + 1
end

local function wsgw_read(keys, args)
  local room = room_of(keys[1])
  if not room then return redis.error_reply('WSGW bad room') end
  local after, count = whole(args[1]), whole(args[2])
  if not after or after >= LARGEST_SEQ or not count then
    return redis.error_reply('WSGW bad arguments')
  end
  local epoch, head, why = look_up(room)
  if not epoch then return {'', 0, 1, ''} end
  local page = {epoch, head, first_kept(room, head), why or ''}
  local bytes, left = 0, math.min(count, MOST_EVENTS)
  while left > 0 and bytes < PAGE_BYTES do
    -- Small steps: large events must not all be in Lua's memory at once.
    local step = math.min(left, 16)
    local entries = redis.call('XRANGE', log_of(room),
                               digits(after + 1) .. '-0', '+', 'COUNT', step)
    for _, entry in ipairs(entries) do
      after = tonumber(string.match(entry[1], '^%d+'))
      page[#page + 1] = {after, entry[2][2] or ''}
      bytes = bytes + #(entry[2][2] or '')
    end
    left = #entries < step and 0 or left - step
  end
  return page
end

local function wsgw_version()
  return VERSION
end

local function offer(name, callback, flags)
  redis.register_function{function_name = name, callback = callback,
                          flags = flags}
end

offer('wsgw_publish', wsgw_publish, {})
-- Joins go on while Redis is full; these write next to nothing.
offer('wsgw_cursor', wsgw_cursor, {'allow-oom'})
offer('wsgw_renew', wsgw_renew, {'allow-oom'})
offer('wsgw_read', wsgw_read, {'no-writes'})
offer('wsgw_version', wsgw_version, {'no-writes'})
