// What to do after a close, by its code: the hub's own table (close_code.hpp).

const rules = {
  1000: "never",
  1001: "backoff",
  1002: "backoff",
  1003: "never",
  1007: "backoff",
  1009: "never",
  1011: "backoff",
  1012: "backoff",
  1013: "backoff",
  4001: "new_token",
  4002: "never",
  4003: "never",
  4004: "never",
  4008: "long_backoff",
  4009: "at_once",
  4010: "at_once",
  4011: "never",
};

/// The rule of a WebSocket close code. A hub that announced its leaving (a
/// `drain` frame) has given us a slot: whatever ends the connection then, we
/// come back at once, unless we are not wanted any more.
export function ruleOfClose(code, isDrained = false) {
  const rule = rules[code] ?? "backoff";
  return isDrained && rule === "backoff" ? "at_once" : rule;
}

/// The rule of an HTTP status that refuses a stream of server-sent events.
/// `code` is the close code in its JSON body, when there is one.
export function ruleOfStatus(status, code) {
  if (code in rules) return rules[code];
  if (status === 401) return "new_token";
  if (status === 429) return "long_backoff";
  return status >= 400 && status < 500 ? "never" : "backoff";
}
