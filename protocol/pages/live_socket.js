"use strict";

// What to do after a close, by code; the hub's own table, close_code.hpp.
const reconnectRule = {
  1000: "never",
  1001: "backoff",
  1003: "never",
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

/// A WebSocket that answers heartbeats and comes back by the rule of its close
/// code. `address()` gives a promise of the URL; it is asked before every
/// attempt, so a new token is fetched when the old one has ended.
class LiveSocket {
  constructor(address, listener) {
    this.address = address;
    this.listener = listener; // onState(state, text), onText, onHeartbeat
    this.attempt = 0;
    this.delay = 0; // of the last wait, in ms
  }

  async open() {
    clearTimeout(this.timer);
    const attempt = ++this.attempt;
    this.listener.onState("connecting", "connecting");
    let url;
    try {
      url = await this.address();
    } catch (error) {
      if (attempt === this.attempt) this.wait("backoff", error.message);
      return;
    }
    if (attempt === this.attempt) this.start(url);
  }

  close() {
    this.attempt++;
    clearTimeout(this.timer);
    this.socket?.close(1000);
    this.socket = undefined;
    this.listener.onState("ended", "disconnected");
  }

  start(url) {
    const socket = new WebSocket(url);
    const isCurrent = () => this.socket === socket;
    const since = performance.now();
    this.socket = socket;
    socket.onopen = () => {
      if (isCurrent()) this.listener.onState("live", "live");
    };
    socket.onmessage = ({ data }) => {
      if (!isCurrent()) return;
      // Only a frame proves that we were let in: refusals open first, too.
      this.delay = 0;
      if (data === "__ping__") {
        socket.send("__pong__");
        this.listener.onHeartbeat();
      } else {
        this.listener.onText(data);
      }
    };
    socket.onclose = ({ code, reason }) => {
      if (!isCurrent()) return;
      if (performance.now() - since > 10000) this.delay = 0;
      this.socket = undefined;
      this.ended(code, reason);
    };
  }

  ended(code, reason) {
    const rule = reconnectRule[code] ?? "backoff";
    const why = `${code}${reason ? " " + reason : ""}`;
    if (rule === "never") {
      this.listener.onState("ended", why);
    } else {
      this.wait(rule, why);
    }
  }

  /// Decorrelated jitter between 1 s and 15 s; `at_once` and `new_token` skip
  /// the wait unless the last attempt went wrong as well.
  wait(rule, why) {
    const first = rule === "long_backoff" ? 20000 : 1000;
    const isFirst = this.delay === 0;
    const previous = Math.max(this.delay, first);
    this.delay = Math.min(
      Math.max(15000, first),
      first + Math.random() * (3 * previous - first),
    );
    const skip = isFirst && (rule === "at_once" || rule === "new_token");
    const pause = skip ? 0 : this.delay;
    const seconds = Math.ceil(pause / 1000);
    this.listener.onState("waiting", `${why}, again in ${seconds} s`);
    this.timer = setTimeout(() => this.open(), pause);
  }
}
