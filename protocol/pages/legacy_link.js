// What the widgets of today speak: no cursor, no replay, no acknowledgement.

/// A WebSocket that answers heartbeats and comes back by the rule of its close
/// code. Its pane has `onState(state, text)` and `onEvent(event)`.
class LegacyLink {
  constructor(role, pane) {
    this.role = role;
    this.pane = pane;
    this.attempt = 0;
    this.delay = 0; // of the last wait, in ms
    this.open();
  }

  get isCut() {
    return this.state === "ended";
  }

  async open() {
    clearTimeout(this.timer);
    const attempt = ++this.attempt;
    this.tell("connecting", "connecting");
    let url;
    try {
      url = listenUrl(this.role, await freshSession());
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
    this.tell("ended", "cut");
  }

  typing() {}
  read() {}
  figures() {
    return {};
  }

  tell(state, text) {
    this.state = state;
    this.pane.onState(state, text);
  }

  start(url) {
    const socket = new WebSocket(url);
    const isCurrent = () => this.socket === socket;
    const since = performance.now();
    this.socket = socket;
    socket.onopen = () => {
      if (isCurrent()) this.tell("live", "live · legacy");
    };
    socket.onmessage = ({ data }) => {
      if (!isCurrent()) return;
      // Only a frame proves that we were let in: refusals open first, too.
      this.delay = 0;
      if (data === "__ping__") socket.send("__pong__");
      else this.receive(data);
    };
    socket.onclose = ({ code, reason }) => {
      if (!isCurrent()) return;
      if (performance.now() - since > 10000) this.delay = 0;
      this.socket = undefined;
      this.ended(code, reason);
    };
  }

  receive(text) {
    const data = JSON.parse(text);
    const isMessage = data?.sender !== undefined && data.text !== undefined;
    const name = isMessage ? "message:new" : String(data?.type);
    if (/^typing_/.test(name)) this.pane.onEphemeral({ name, data: {} });
    else this.pane.onEvent({ name, data });
  }

  ended(code, reason) {
    const rule = ruleOfClose(code);
    const why = `${code}${reason ? " " + reason : ""}`;
    if (rule === "never") this.tell("ended", why);
    else this.wait(rule, why);
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
    this.tell("waiting", `${why}, again in ${Math.ceil(pause / 1000)} s`);
    this.timer = setTimeout(() => this.open(), pause);
  }
}
