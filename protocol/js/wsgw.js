// ws-gateway's client: one dialog, every event once and in order. README.md
// beside this file tells how to use it.
// Made of src/*.js by bundle.py: change those.

// Where a dialog is served, and what a token is called there.

// Like the hub's own table of endpoints (route.hpp); `credential` is the query
// parameter for a token that is a plain text.
const endpoints = {
  admin: { path: "dialogs/", credential: "token" },
  site: { path: "site/dialogs/", credential: "site_token" },
  widget: { path: "widget/dialogs/", credential: "ticket" },
};

/// The addresses of one dialog on one or more hubs.
class Address {
  #bases;
  #path;
  #row;
  #params;
  #next = 0;

  constructor({ url, endpoints: list, dialogId, role, path, params }) {
    const bases = list ?? [url ?? globalThis.location?.href];
    if (!bases.length || !bases[0]) throw new TypeError("url is missing");
    this.#bases = bases.map(baseOf);
    this.#row = endpoints[role];
    if (!this.#row) throw new TypeError(`role: ${role}`);
    if (dialogId === undefined && !path) {
      throw new TypeError("dialogId is missing");
    }
    this.#path = path ?? `${this.#row.path}${encodeURIComponent(dialogId)}`;
    this.#params = params ?? {};
  }

  /// The next attempt asks the next hub.
  rotate() {
    this.#next = (this.#next + 1) % this.#bases.length;
  }

  webSocket(credentials, cursor) {
    const url = this.#full("ws/", credentials, cursor);
    url.protocol = url.protocol.replace("http", "ws");
    return url.href;
  }

  events(credentials, cursor) {
    return this.#full("sse/", credentials, cursor).href;
  }

  /// Query parameters of what the token hook gave: a text or an object.
  credentialsOf(token) {
    if (token === undefined || token === null) return {};
    if (typeof token === "object") return token;
    return { [this.#row.credential]: token };
  }

  /// The text to send in a `refresh`.
  static tokenText(token) {
    if (typeof token !== "object") return token;
    return token.token ?? token.ticket ?? token.site_token;
  }

  #full(kind, credentials, cursor) {
    const path = this.#path.replace(/^\/?(ws\/)?/, kind);
    const url = new URL(path, this.#bases[this.#next]);
    const query = { ...this.#params, ...credentials, v: 1 };
    if (cursor) query.cursor = cursor.text;
    for (const [name, value] of Object.entries(query)) {
      url.searchParams.set(name, value);
    }
    return url;
  }
}

/// A base as an http(s) URL that ends with a slash.
function baseOf(text) {
  const url = new URL(text, globalThis.location?.href);
  url.protocol = url.protocol.replace(/^ws/, "http");
  url.search = url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

// When to come back.

/// A connection that lived shorter than this has not proved anything: neither
/// is the delay forgotten nor may "at once" be taken literally again.
const stableMs = 10_000;

const slow = { base: 20_000, cap: 300_000 };

/// Decorrelated jitter: each delay is drawn between the base and three times
/// the one before, up to the cap.
class Backoff {
  #base;
  #cap;
  #random;
  #delay = 0; // the last one, in ms; 0: all was well

  constructor({ base = 500, cap = 30_000, random = Math.random } = {}) {
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
  }

  /// Milliseconds until the next attempt. `livedMs` is how long the connection
  /// that ended had been live (0: it never was), `atLeast` a server's
  /// Retry-After.
  next(rule, livedMs = 0, atLeast = 0) {
    if (livedMs >= stableMs) this.#delay = 0;
    const isQuick = rule === "at_once" || rule === "new_token";
    const isFirst = this.#delay === 0;
    const drawn = this.#draw(rule === "long_backoff");
    return Math.max(isQuick && isFirst ? 0 : drawn, atLeast);
  }

  /// The next delay is drawn as if nothing had gone wrong.
  reset() {
    this.#delay = 0;
  }

  #draw(isSlow) {
    const base = isSlow ? slow.base : this.#base;
    const cap = isSlow ? slow.cap : this.#cap;
    const span = 3 * Math.max(this.#delay, base) - base;
    this.#delay = Math.min(cap, base + this.#random() * span);
    return this.#delay;
  }
}

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
function ruleOfClose(code, isDrained = false) {
  const rule = rules[code] ?? "backoff";
  return isDrained && rule === "backoff" ? "at_once" : rule;
}

/// The rule of an HTTP status that refuses a stream of server-sent events.
/// `code` is the close code in its JSON body, when there is one.
function ruleOfStatus(status, code) {
  if (code in rules) return rules[code];
  if (status === 401) return "new_token";
  if (status === 429) return "long_backoff";
  return status >= 400 && status < 500 ? "never" : "backoff";
}

// What the platform gives us; every part can be replaced.

function environmentOf(given = {}) {
  const host = globalThis;
  const own = {
    WebSocket: host.WebSocket,
    fetch: host.fetch && ((...args) => host.fetch(...args)),
    document: host.document,
    window: host,
    navigator: host.navigator,
    random: Math.random,
    now: () => Date.now(),
    setTimeout: (call, ms) => host.setTimeout(call, ms),
    clearTimeout: (id) => host.clearTimeout(id),
    // Looked up late: a browser may refuse the mere look.
    get localStorage() {
      return host.localStorage;
    },
    get sessionStorage() {
      return host.sessionStorage;
    },
  };
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(given));
}

/// One timer that is set or not; setting it again moves it.
class Timer {
  #env;
  #id;

  constructor(env) {
    this.#env = env;
  }

  get isSet() {
    return this.#id !== undefined;
  }

  set(ms, call) {
    this.clear();
    this.#id = this.#env.setTimeout(() => {
      this.#id = undefined;
      call();
    }, ms);
  }

  clear() {
    if (this.isSet) this.#env.clearTimeout(this.#id);
    this.#id = undefined;
  }
}

// Is there still somebody at the other end? Browsers hide RFC pings, so the
// hub's own frames are what counts.

/// How long an answer to our own ping may take.
const answerMs = 5_000;

/// Watches one live connection with one timer. Tells its listener
/// `onDead(reason, rule)`; asks with `sendPing()`, which says whether it could.
class Liveness {
  #env;
  #listener;
  #watch;
  #answer;
  #pingMs = 0;
  #pongMs = 0;
  #last = 0;
  #due = 0;

  constructor(env, listener) {
    this.#env = env;
    this.#listener = listener;
    this.#watch = new Timer(env);
    this.#answer = new Timer(env);
  }

  /// A frame, or any byte, has come.
  touch() {
    this.#last = this.#env.now();
  }

  start(pingMs, pongMs) {
    this.stop();
    this.#pingMs = pingMs;
    this.#pongMs = pongMs;
    this.touch();
    this.#arm(pongMs);
  }

  stop() {
    this.#watch.clear();
    this.#answer.clear();
  }

  /// Looks now: the page is shown again, the network is back.
  check() {
    if (!this.#watch.isSet || this.#answer.isSet) return;
    const since = this.#env.now();
    if (!this.#listener.sendPing()) {
      // It cannot be asked: a silence longer than its rhythm must do.
      if (since - this.#last > 1.5 * this.#pingMs) this.#dead();
      return;
    }
    this.#last = -Infinity;
    this.#answer.set(answerMs, () => {
      if (this.#last < since) this.#dead();
    });
  }

  #arm(ms) {
    this.#due = this.#env.now() + ms;
    this.#watch.set(ms, () => this.#look());
  }

  #look() {
    const now = this.#env.now();
    const idle = Math.max(0, now - this.#last);
    if (idle < this.#pongMs) return this.#arm(this.#pongMs - idle);
    const hasSlept = now - this.#due > answerMs;
    this.#arm(this.#pongMs);
    // After a sleep of the machine the silence was ours: ask first.
    if (hasSlept) this.check();
    else if (!this.#answer.isSet) this.#listener.onDead("no answer", "backoff");
  }

  #dead() {
    this.#listener.onDead("no answer", "at_once");
  }
}

// What happens to the page we live in; in Node: nothing.

/// Calls `onShown` (also after the page was frozen), `onOnline`, `onOffline`,
/// `onSuspend` (the page goes into the back/forward cache) and `onRestore` of
/// its listener. A hidden page needs nothing: its sockets go on, and we have
/// no timer that would tick meanwhile.
class PageLife {
  #env;
  #undo = [];

  constructor(env, listener) {
    this.#env = env;
    const { document, window } = env;
    const isPage = typeof document?.addEventListener === "function";
    if (isPage) {
      this.#listen(document, "visibilitychange", () => {
        if (document.visibilityState !== "hidden") listener.onShown();
      });
      this.#listen(document, "resume", () => listener.onShown());
    }
    if (typeof window?.addEventListener !== "function") return;
    this.#listen(window, "online", () => listener.onOnline());
    this.#listen(window, "offline", () => listener.onOffline());
    if (!isPage) return;
    this.#listen(window, "pagehide", (event) => {
      if (event.persisted) listener.onSuspend();
    });
    this.#listen(window, "pageshow", (event) => {
      if (event.persisted) listener.onRestore();
    });
  }

  /// False only when the platform is sure that there is no network.
  get isOnline() {
    return this.#env.navigator?.onLine !== false;
  }

  stop() {
    this.#undo.forEach((undo) => undo());
    this.#undo = [];
  }

  #listen(target, name, handler) {
    target.addEventListener(name, handler);
    this.#undo.push(() => target.removeEventListener(name, handler));
  }
}

// From server-sent events back to WebSocket.

/// While a stream goes on, a WebSocket is tried now and then: `dial()` gives
/// a promise of a new link or of nothing, each in `timeoutMs` at most.
class Probe {
  #choice;
  #dial;
  #timeoutMs;
  #timer;
  #link;

  constructor(env, { choice, dial, timeoutMs }) {
    this.#choice = choice;
    this.#dial = dial;
    this.#timeoutMs = timeoutMs;
    this.#timer = new Timer(env);
  }

  isFor(link) {
    return link !== undefined && link === this.#link;
  }

  arm() {
    this.#timer.set(this.#choice.probeMs, () => this.#run());
  }

  /// The link got through: it is the connection's now.
  handOver() {
    this.#link = undefined;
    this.#timer.clear();
  }

  stop() {
    this.#link?.close();
    this.handOver();
  }

  failed() {
    this.stop();
    this.#choice.probeFailed();
    this.arm();
  }

  async #run() {
    this.#timer.set(this.#timeoutMs, () => this.failed());
    const link = await this.#dial().catch(() => undefined);
    if (this.#timer.isSet) this.#link = link;
    else link?.close(); // stopped, or too late
  }
}

// One WebSocket, for one attempt.

/// Tells its listener `onFrame(frame, size)` and once `onEnd(end)`, with
/// `end` = `{ code, reason, opened }`; nothing any more after `close()`.
class WebSocketLink {
  name = "websocket";
  #socket;
  #listener;
  #opened = false;

  constructor(env, url, listener) {
    this.#listener = listener;
    const socket = new env.WebSocket(url, ["wsgw.v1"]);
    this.#socket = socket;
    socket.onopen = () => (this.#opened = true);
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onerror = () => {}; // onclose follows
    socket.onclose = ({ code, reason }) => this.#end(code, String(reason));
  }

  /// False when the frame cannot go out now.
  send(message) {
    if (!this.#opened || !this.#listener || this.#socket.readyState !== 1) {
      return false;
    }
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /// True when what we sent does not get through: no more of what can wait.
  get isChoked() {
    return this.#socket.bufferedAmount > 65_536;
  }

  close() {
    if (!this.#listener) return;
    this.#listener = undefined;
    this.#socket.close(1000);
  }

  #receive(text) {
    if (!this.#listener) return;
    const frame = parseFrame(text);
    if (frame) this.#listener.onFrame(frame, text.length);
    else this.#listener.onBadFrame(String(text));
  }

  #end(code, reason) {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onEnd({ code, reason, opened: this.#opened });
  }
}

/// A JSON object with a `type`, or undefined.
function parseFrame(text) {
  try {
    const frame = JSON.parse(text);
    return typeof frame?.type === "string" ? frame : undefined;
  } catch {
    return undefined;
  }
}

// One stream of server-sent events, read by fetch: unlike EventSource that
// works in Node, shows the status of a refusal and does not reconnect alone.

/// Splits a stream into its events' `data`. An event of more than `limit`
/// characters is an error.
class EventStreamParser {
  #onData;
  #limit;
  #line = "";
  #data = [];
  #size = 0;
  #wasReturn = false;

  constructor(onData, limit = 8 << 20) {
    this.#onData = onData;
    this.#limit = limit;
  }

  write(text) {
    // "\r\n" may be cut in the middle.
    if (this.#wasReturn && text.startsWith("\n")) text = text.slice(1);
    if (text) this.#wasReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#line + lines[0];
    this.#line = lines.pop();
    lines.forEach((line) => this.#take(line));
    if (this.#size + this.#line.length > this.#limit) {
      throw new RangeError("event is too large");
    }
  }

  #take(line) {
    if (line !== "") {
      const match = /^data: ?(.*)$/s.exec(line);
      if (match) this.#data.push(match[1]);
      this.#size += line.length;
      return;
    }
    const data = this.#data.join("\n");
    this.#data = [];
    this.#size = 0;
    if (data) this.#onData(data);
  }
}

/// As WebSocketLink, but it cannot send. `end` may have a `rule` (from an HTTP
/// status) and `retryMs` (from Retry-After).
class SseLink {
  name = "sse";
  isChoked = false;
  #listener;
  #abort = new AbortController();

  constructor(env, url, listener) {
    this.#listener = listener;
    this.#run(env.fetch, url);
  }

  send() {
    return false;
  }

  close() {
    this.#listener = undefined;
    this.#abort.abort();
  }

  async #run(fetch, url) {
    let opened = false;
    try {
      const answer = await fetch(url, {
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
        signal: this.#abort.signal,
      });
      if (!answer.ok) return this.#end(await refusalOf(answer));
      opened = true;
      await this.#read(answer.body);
      this.#end({ code: 1006, reason: "stream ended", opened });
    } catch (error) {
      this.#end({ code: 1006, reason: error.message, opened });
    } finally {
      this.#abort.abort();
    }
  }

  async #read(body) {
    const decoder = new TextDecoder();
    const parser = new EventStreamParser((data) => this.#receive(data));
    const reader = body.getReader();
    while (this.#listener) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#listener?.onActivity();
      parser.write(decoder.decode(value, { stream: true }));
    }
  }

  #receive(data) {
    const frame = parseFrame(data);
    if (frame) this.#listener?.onFrame(frame, data.length);
    else this.#listener?.onBadFrame(data);
  }

  #end(end) {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onEnd(end);
  }
}

async function refusalOf(answer) {
  const body = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("retry-after"));
  return {
    code: body.code ?? answer.status,
    reason: body.message ?? body.error ?? `HTTP ${answer.status}`,
    rule: ruleOfStatus(answer.status, body.code),
    retryMs: seconds > 0 ? Math.min(seconds * 1000, 300_000) : 0,
    opened: false,
  };
}

// WebSocket, or server-sent events where something on the way breaks it.

const failuresToSwitch = 3;
const firstProbeMs = 60_000;
const lastProbeMs = 600_000;

/// Chooses the transport of the next attempt. With "auto": after three
/// WebSocket attempts in a row that brought no frame at all an event stream is
/// tried; while that lives, WebSocket is probed now and then.
class TransportChoice {
  #isAuto;
  #kind;
  #failures = 0;
  probeMs = firstProbeMs;

  constructor(env, option = "auto") {
    if (!["auto", "websocket", "sse"].includes(option)) {
      throw new TypeError(`transport: ${option}`);
    }
    this.#isAuto = option === "auto" && Boolean(env.fetch && env.WebSocket);
    this.#kind = option === "auto" ? "websocket" : option;
    if (option === "auto" && !env.WebSocket) this.#kind = "sse";
    const needed = this.#kind === "sse" ? "fetch" : "WebSocket";
    if (!env[needed]) throw new TypeError(`no ${needed} here: pass one in env`);
  }

  next() {
    return this.#kind;
  }

  get wantsProbe() {
    return this.#isAuto && this.#kind === "sse";
  }

  succeeded(kind) {
    this.#kind = kind;
    this.#failures = 0;
    if (kind === "websocket") this.probeMs = firstProbeMs;
  }

  /// An attempt ended before its hello. A close code or a status shows that
  /// the hub was reached: the transport is not to blame.
  failed(end) {
    if (!this.#isAuto || end.code === 0) return;
    const isMute = end.code === 1006 || end.code === 1005;
    if (!isMute && !this.canBlameProxy(end)) return;
    this.#failures++;
    if (this.#kind === "sse") {
      this.#kind = "websocket";
      this.#failures = failuresToSwitch - 1;
    } else if (this.#failures >= failuresToSwitch) {
      this.#kind = "sse";
    }
  }

  /// A stream that was only a way out was refused, and not in the hub's words
  /// (its JSON names a close code): WebSocket may do better next time.
  canBlameProxy(end) {
    return this.wantsProbe && end.code >= 400 && end.code < 600;
  }

  probeFailed() {
    this.probeMs = Math.min(lastProbeMs, 2 * this.probeMs);
  }
}

// Gets a connection, keeps it and gets another one: at most one attempt at a
// time, at most one timer between two of them.

const drainGraceMs = 1_000;

/// Its listener has `onFrame(frame, size)` (a `hello` first), `onState(state,
/// detail)`, `onClose(how)`, `onError(code, error)` and `position()`, the
/// cursor to come back with.
class Connector {
  #env;
  #options;
  #address;
  #tokens;
  #listener;
  #backoff;
  #liveness;
  #life;
  #choice;
  #probe;
  #attempt; // a token of its own for each, until the hello
  #link;
  #liveSince;
  #drained = false;
  #stopped = false;
  #suspended = new Set(); // by whom
  #mayHurry = false; // nobody asked us to wait long

  constructor(env, options, address, tokens, listener) {
    this.#env = env;
    this.#options = options;
    this.#address = address;
    this.#tokens = tokens;
    this.#listener = listener;
    this.#backoff = new Backoff({ ...options.backoff, random: env.random });
    this.#choice = new TransportChoice(env, options.transport);
    this.#probe = new Probe(env, {
      choice: this.#choice,
      dial: () => this.#dialWebSocket(),
      timeoutMs: options.connectTimeoutMs,
    });
    this.#liveness = new Liveness(env, {
      sendPing: () => this.send({ type: "ping" }),
      onDead: (reason, rule) => this.drop(reason, rule),
    });
    this.waitTimer = new Timer(env);
    this.attemptTimer = new Timer(env);
    this.drainTimer = new Timer(env);
    this.#life = new PageLife(env, {
      onShown: () => this.wake(),
      onOnline: () => this.wake(),
      onOffline: () => this.#offline(),
      onSuspend: () => this.suspend("page"),
      onRestore: () => this.resume("page"),
    });
  }

  get transport() {
    return this.#link && !this.#attempt ? this.#link.name : undefined;
  }

  get isLive() {
    return this.transport !== undefined;
  }

  get isChoked() {
    return !this.#link || this.#link.isChoked;
  }

  get #isQuiet() {
    return this.#stopped || this.#suspended.size > 0;
  }

  /// False when there is no connection that can carry it.
  send(message) {
    return this.isLive && this.#link.send(message);
  }

  // -- commands --------------------------------------------------------------

  async open() {
    if (this.#isQuiet || this.#attempt || this.#link) return;
    const attempt = {};
    this.#attempt = attempt;
    this.waitTimer.clear();
    this.#listener.onState("connecting", {});
    this.attemptTimer.set(this.#options.connectTimeoutMs, () =>
      this.drop("no answer in time", "backoff"),
    );
    try {
      const token = await this.#tokens.get();
      if (attempt === this.#attempt) this.#connect(token);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#listener.onError("token", error);
      this.#ended({ code: 0, reason: String(error.message), rule: "backoff" });
    }
  }

  /// Gives the present connection up and comes back by `rule`.
  drop(reason, rule) {
    this.#link?.close();
    this.#ended({ code: 1006, reason, rule });
  }

  /// The hub leaves: at the latest a moment behind our slot we do, too.
  drain(slotMs) {
    this.#drained = true;
    this.drainTimer.set(slotMs + drainGraceMs, () =>
      this.drop("drained", "at_once"),
    );
  }

  /// Looks whether the connection lives, or tries now instead of waiting.
  wake() {
    if (this.isLive) this.#liveness.check();
    else if (this.waitTimer.isSet && this.#mayHurry) this.open();
  }

  /// No connection until whoever suspended says `resume`.
  suspend(who) {
    const wasQuiet = this.#isQuiet;
    this.#suspended.add(who);
    if (wasQuiet) return;
    this.#hangUp();
    this.waitTimer.clear();
    this.#listener.onState("suspended", {});
  }

  resume(who) {
    this.#suspended.delete(who);
    this.open();
  }

  stop() {
    this.#stopped = true;
    this.#hangUp();
    this.waitTimer.clear();
    this.#life.stop();
  }

  // -- one attempt -----------------------------------------------------------

  #connect(token) {
    const kind = this.#choice.next();
    try {
      this.#link = this.#makeLink(kind, token);
    } catch (error) {
      const rule = error.name === "SyntaxError" ? "never" : "backoff";
      this.#ended({ code: 0, reason: String(error.message), rule });
    }
  }

  #makeLink(kind, token) {
    const credentials = this.#address.credentialsOf(token);
    const cursor = this.#listener.position();
    let link; // events come when it is set
    const isOurs = () => link === this.#link;
    const listener = {
      onActivity: () => isOurs() && this.#liveness.touch(),
      onFrame: (frame, size) => {
        if (this.#probe.isFor(link) && frame.type === "hello") {
          this.#adopt(link);
        }
        if (isOurs()) this.#receive(frame, size);
      },
      onBadFrame: (text) => {
        const error = new SyntaxError(`no v1 frame: ${text.slice(0, 80)}`);
        if (isOurs()) this.#listener.onError("bad_frame", error);
      },
      onEnd: (end) => {
        if (this.#probe.isFor(link)) this.#probe.failed();
        else if (isOurs()) this.#ended(end);
      },
    };
    if (kind === "sse") {
      const url = this.#address.events(credentials, cursor);
      link = new SseLink(this.#env, url, listener);
    } else {
      const url = this.#address.webSocket(credentials, cursor);
      link = new WebSocketLink(this.#env, url, listener);
    }
    return link;
  }

  async #dialWebSocket() {
    return this.#makeLink("websocket", await this.#tokens.get());
  }

  #adopt(link) {
    this.#probe.handOver();
    this.#link.close();
    this.#link = link;
  }

  #receive(frame, size) {
    this.#liveness.touch();
    if (frame.type === "hello") this.#admitted(frame);
    if (!this.#attempt) this.#listener.onFrame(frame, size);
  }

  #admitted(hello) {
    this.#attempt = undefined;
    this.attemptTimer.clear();
    this.#drained = false;
    this.#liveSince = this.#env.now();
    this.#choice.succeeded(this.#link.name);
    this.#liveness.start(hello.ping_ms ?? 25_000, hello.pong_ms ?? 40_000);
    if (this.#choice.wantsProbe) this.#probe.arm();
  }

  #ended(end) {
    const wasLive = this.isLive;
    const livedMs = wasLive ? this.#env.now() - this.#liveSince : 0;
    const isDrained = this.#drained;
    let rule = end.rule ?? ruleOfClose(end.code, isDrained);
    if (!wasLive && this.#choice.canBlameProxy(end)) rule = "backoff";
    if (!wasLive) this.#address.rotate();
    if (!wasLive && this.#life.isOnline) this.#choice.failed(end);
    this.#clear();
    if (rule === "new_token") {
      this.#tokens.expire();
      if (!this.#tokens.canRenew) rule = "never";
    }
    const how = { code: end.code, reason: end.reason, rule };
    if (rule === "never") return this.#giveUp(how);
    const delayMs = this.#backoff.next(rule, livedMs, end.retryMs);
    this.#mayHurry = rule !== "long_backoff" && !end.retryMs;
    this.#listener.onClose({ ...how, delayMs });
    this.#wait(delayMs, how);
  }

  #giveUp(how) {
    this.stop();
    this.#listener.onClose(how);
    this.#listener.onState("closed", how);
  }

  #wait(delayMs, how) {
    if (this.#isQuiet) return; // a handler of onClose wanted it so
    if (!this.#life.isOnline) return this.#offline();
    if (delayMs === 0) return void this.open();
    this.waitTimer.set(delayMs, () => this.open());
    this.#listener.onState("waiting", { ...how, delayMs });
  }

  /// Stops trying until the platform says that there is a network. It may err:
  /// one attempt now and then costs little.
  #offline() {
    if (this.isLive) return this.#liveness.check();
    if (this.#attempt || this.#isQuiet) return;
    this.#mayHurry = true;
    this.waitTimer.set(this.#options.offlineRetryMs, () => this.open());
    this.#listener.onState("offline", {});
  }

  // -- ends ------------------------------------------------------------------

  #hangUp() {
    this.#link?.close();
    this.#clear();
  }

  #clear() {
    this.#probe.stop();
    this.#link = this.#attempt = undefined;
    this.#drained = false;
    this.#liveness.stop();
    this.attemptTimer.clear();
    this.drainTimer.clear();
  }
}

// Where we are in a dialog's log, and where that is kept.

/// `{ epoch, seq, text }` of `<epoch>:<seq>`, or undefined.
function parseCursor(text) {
  const parts = /^([0-9a-z]{1,32}):(\d{1,16})$/.exec(text ?? "");
  if (!parts) return undefined;
  return { epoch: parts[1], seq: Number(parts[2]), text };
}

function makeCursor(epoch, seq) {
  return { epoch, seq, text: `${epoch}:${seq}` };
}

/// Keeps cursors as long as this object lives.
function memoryStorage() {
  const values = new Map();
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
  };
}

/// Keeps cursors in a `localStorage` or `sessionStorage`.
function webStorage(area) {
  return {
    get: (key) => area.getItem(key) ?? undefined,
    set: (key, value) => area.setItem(key, value),
  };
}

/// The storage that an option names: an object with `get` and `set` (either
/// may return a promise), "memory", "local" or "session".
function storageOf(option, env) {
  if (typeof option === "object") return option;
  if (option === "local") return webStorage(env.localStorage);
  if (option === "session") return webStorage(env.sessionStorage);
  if (option === undefined || option === "memory") return memoryStorage();
  throw new TypeError(`storage: ${option}`);
}

/// Reads and writes one cursor: one write at a time, the latest wins. Tabs may
/// share a storage: within an epoch the stored cursor never goes back.
class CursorStore {
  #storage;
  #key;
  #onError;
  #waiting; // the cursor to be written next
  #writing = false;

  constructor(storage, key, onError) {
    this.#storage = storage;
    this.#key = key;
    this.#onError = onError;
  }

  async load() {
    try {
      return parseCursor(await this.#storage.get(this.#key));
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }

  /// With `isReset` it may go back.
  save(cursor, isReset = false) {
    const isForced = isReset || this.#waiting?.isForced;
    this.#waiting = { cursor, isForced };
    if (!this.#writing) this.#write();
  }

  async #write() {
    this.#writing = true;
    try {
      while (this.#waiting) {
        const { cursor, isForced } = this.#waiting;
        this.#waiting = undefined;
        const read = this.#storage.get(this.#key);
        const stored = parseCursor(isPromise(read) ? await read : read);
        const isHere = stored?.epoch === cursor.epoch;
        if (isHere && stored.seq >= cursor.seq && !isForced) continue;
        const written = this.#storage.set(this.#key, cursor.text);
        if (isPromise(written)) await written;
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#writing = false;
    }
  }
}

function isPromise(value) {
  return typeof value?.then === "function";
}

// A hub limits the commands of a connection (WS_COMMAND_RATE, 20/s, burst 40)
// and closes those who go on regardless: we stay well below.

const burst = 20;
const perSecond = 12;

class Pace {
  #env;
  #tokens = burst;
  #since;

  constructor(env) {
    this.#env = env;
    this.#since = env.now();
  }

  /// Milliseconds until the next command may be sent; 0: now, and it counts.
  waitMs() {
    const now = this.#env.now();
    const gained = (Math.max(0, now - this.#since) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#since = now;
    if (this.#tokens < 1) {
      return Math.ceil(((1 - this.#tokens) / perSecond) * 1000);
    }
    this.#tokens--;
    return 0;
  }
}

// Order out of what arrives. Knows no socket, no clock, no application.

/// Takes numbered frames in any order and gives each durable event once, by
/// rising seq, to `emit`. A hole is held open until what belongs there comes,
/// or the hub says that it is not for us (`skip`, `page`).
///
/// Items: `{ kind: "event", frame, cursor, size }`, `{ kind: "skip", cursor }`
/// and `{ kind: "reset", reason, cursor }`.
class Sequencer {
  #emit;
  #hasRoom;
  #maxHeld;
  #epoch;
  #have = 0;
  #head = 0; // the highest seq we know to exist
  #held = new Map(); // seq -> item, or { skipAfter } for a skip
  #dropped = Infinity; // the lowest seq that we could not take

  /// `hasRoom()` tells whether `emit` can take an event now.
  constructor({ emit, hasRoom = () => true, maxHeld = 1000 }) {
    this.#emit = emit;
    this.#hasRoom = hasRoom;
    this.#maxHeld = maxHeld;
    this.duplicates = 0;
  }

  /// Everything up to here has been given out; undefined before `start`.
  get position() {
    return this.#epoch && makeCursor(this.#epoch, this.#have);
  }

  get head() {
    return this.#head;
  }

  /// True while something is known to exist that we do not have.
  get isBehind() {
    return this.#head > this.#have;
  }

  /// True while something arrived that cannot be given out yet: a hole.
  get hasHole() {
    return this.#held.size > 0 || this.#dropped !== Infinity;
  }

  start(cursor) {
    this.#epoch = cursor.epoch;
    this.#have = this.#head = cursor.seq;
    this.#held.clear();
    this.#dropped = Infinity;
  }

  reset(reason, cursor) {
    this.start(cursor);
    this.#emit({ kind: "reset", reason, cursor });
  }

  /// The log reaches at least to `seq`.
  knowHead(seq) {
    this.#head = Math.max(this.#head, seq);
  }

  /// A durable event. False: it is of another epoch than ours.
  event(frame, size) {
    const cursor = parseCursor(frame.cursor);
    if (cursor?.epoch !== this.#epoch) return false;
    const item = { kind: "event", frame, cursor, size };
    this.knowHead(cursor.seq);
    if (cursor.seq <= this.#have || this.#held.get(cursor.seq)?.kind) {
      this.duplicates++;
    } else if (!this.#hasRoom() || this.#held.size >= this.#maxHeld) {
      this.#dropped = Math.min(this.#dropped, cursor.seq);
    } else {
      this.#held.set(cursor.seq, item);
      this.#advance();
    }
    return true;
  }

  /// What we did not get up to `seq` is not for us. Before a hub says since
  /// when (`after`), that holds since the last thing it sent.
  skip(seq, after) {
    this.knowHead(seq);
    if (seq <= this.#have) return;
    const since = after ?? this.#lastBefore(seq);
    if (since > this.#have) {
      if (this.#held.size < this.#maxHeld && !this.#held.has(seq)) {
        this.#held.set(seq, { skipAfter: since });
      }
    } else {
      this.#fill(seq);
    }
  }

  /// What the hub did not send between `after` and `to` is not for us.
  page(after, to) {
    this.knowHead(to);
    if (after <= this.#have) this.#fill(to);
  }

  #lastBefore(seq) {
    let last = this.#have;
    for (const held of this.#held.keys()) {
      if (held < seq && held > last) last = held;
    }
    return last;
  }

  /// Gives out what we hold up to `seq` and goes there, but never beyond
  /// something that was meant for us and that we could not take.
  #fill(seq) {
    const to = Math.min(seq, this.#dropped - 1);
    const due = [...this.#held.keys()].filter((held) => held <= to);
    for (const held of due.sort((a, b) => a - b)) this.#give(held);
    this.#moveTo(to);
    this.#advance();
  }

  #advance() {
    for (;;) {
      const next = this.#nextHeld();
      if (next === undefined) return;
      this.#give(next);
    }
  }

  /// The held frame that joins on to what we have, if any.
  #nextHeld() {
    if (this.#held.has(this.#have + 1)) return this.#have + 1;
    for (const [seq, item] of this.#held) {
      if (item.skipAfter <= this.#have) return seq;
    }
    return undefined;
  }

  #give(seq) {
    const item = this.#held.get(seq);
    this.#held.delete(seq);
    if (!item.kind) return this.#moveTo(seq);
    this.#have = seq;
    if (this.#dropped <= seq) this.#dropped = Infinity;
    this.#emit(item);
  }

  #moveTo(seq) {
    if (seq <= this.#have) return;
    this.#have = seq;
    this.#emit({ kind: "skip", cursor: makeCursor(this.#epoch, seq) });
  }
}

// What hub and client say to each other in version 1 (docs/protocol.md).

const pullAnswerMs = 5_000; // a page may take that long
const pullAgainMs = 1_000; // after a page that brought nothing
const fruitlessPulls = 3; // then a new connection does better

/// Kinds of events that are worth nothing later: they never had a number. Any
/// other event without one was published beside the log.
const ephemeral = new Set([
  "typing_start",
  "typing_stop",
  "message_received",
  "read",
]);

/// Turns frames into items for `delivery` and notices for `emit(name, value)`,
/// asks for what is missing, answers pings, acknowledges.
class Conversation {
  #connector;
  #delivery;
  #tokens;
  #emit;
  #options;
  #sequencer;
  #isLagging = false;
  #wantsPull = false; // as soon as the application has caught up
  #pulling = false;
  #fruitless = 0;
  #doubted; // where the last page left a hole
  #acked; // what the hub knows of, a seq of this epoch
  #pace; // of pulls
  #pullTimer;
  #ackTimer;
  hello; // the last one
  presence;

  constructor(env, { connector, delivery, tokens, emit, options }) {
    this.#connector = connector;
    this.#delivery = delivery;
    this.#tokens = tokens;
    this.#emit = emit;
    this.#options = options;
    this.#sequencer = new Sequencer({
      emit: (item) => delivery.push(item),
      hasRoom: () => delivery.hasRoom(),
      maxHeld: options.maxQueued,
    });
    this.#pace = new Pace(env);
    this.#pullTimer = new Timer(env);
    this.#ackTimer = new Timer(env);
  }

  /// What we have received in order; undefined: nothing is known yet.
  get position() {
    return this.#sequencer.position;
  }

  get figures() {
    const { head, duplicates } = this.#sequencer;
    return { head, duplicates, acked: this.#acked };
  }

  /// Begins behind `cursor`, known from the page or from the last visit.
  start(cursor) {
    this.#sequencer.start(cursor);
    this.#delivery.start(cursor);
  }

  stop() {
    this.#pullTimer.clear();
    this.#ackTimer.clear();
    this.#pulling = this.#isLagging = this.#wantsPull = false;
    this.#fruitless = 0;
  }

  onFrame(frame, size) {
    this.#handlers[frame.type]?.(frame, size);
  }

  #handlers = {
    hello: (frame) => this.#onHello(frame),
    event: (frame, size) => this.#onEvent(frame, size),
    skip: (frame) => {
      this.#sequencer.skip(frame.seq, frame.after);
      this.#closeHole();
    },
    ping: (frame) => this.#onPing(frame),
    page: (frame) => this.#onPage(frame),
    lagging: (frame) => this.#onLagging(frame),
    live: (frame) => this.#onLive(frame),
    presence: ({ type, ...counts }) => {
      this.presence = counts;
      this.#emit("presence", counts);
    },
    reset: (frame) => this.#onReset(frame.reason, frame.cursor),
    expiring: () => this.#refresh(),
    refreshed: (frame) => this.#emit("refreshed", frame.expires_at),
    drain: (frame) => {
      this.#connector.drain(frame.retry_after_ms);
      this.#emit("drain", { retryAfterMs: frame.retry_after_ms });
    },
    error: ({ code, message, ref }) =>
      this.#emit("error", { code, message, ref }),
  };

  // -- where we are ----------------------------------------------------------

  #onHello(hello) {
    this.stop();
    this.#acked = undefined;
    this.hello = hello;
    const head = parseCursor(hello.cursor);
    if (!head) return this.#emit("error", badCursor(hello.cursor));
    const was = this.position;
    if (!was) {
      this.start(head);
    } else if (hello.resume !== "replayed" || was.epoch !== head.epoch) {
      this.#onReset(hello.reason ?? "epoch", hello.cursor);
    } else {
      this.#sequencer.knowHead(head.seq);
    }
    this.#emit("hello", hello);
    this.onProcessed();
  }

  #onReset(reason, text) {
    const cursor = parseCursor(text);
    if (!cursor) return this.#emit("error", badCursor(text));
    this.stop();
    this.#acked = undefined;
    this.#sequencer.reset(reason, cursor);
  }

  #onEvent(frame, size) {
    if (frame.seq === undefined) return this.#onUnnumbered(frame, size);
    if (!this.#sequencer.event(frame, size)) {
      this.#connector.drop("an event of another epoch", "at_once");
    } else {
      this.#closeHole();
    }
  }

  #onUnnumbered(frame, size) {
    const { name, data } = frame;
    if (ephemeral.has(name)) return this.#emit("ephemeral", { name, data });
    if (this.#delivery.hasRoom()) {
      this.#delivery.push({ kind: "event", frame, size });
    } else {
      const message = "an event without a number did not fit the queue";
      this.#emit("error", { code: "overflow", message });
    }
  }

  #onPing(frame) {
    this.#report("pong");
    if (frame.seq === undefined) return;
    this.#sequencer.knowHead(frame.seq);
    // The ping is written behind all events up to its head: the last one, or
    // several, never came.
    if (this.#sequencer.isBehind) this.#pull();
  }

  // -- what is missing -------------------------------------------------------

  #onLagging(frame) {
    this.#isLagging = true;
    this.#sequencer.knowHead(frame.head);
    this.#emit("lagging", { head: frame.head });
    this.#pull();
  }

  #onLive(frame) {
    this.#isLagging = false;
    this.#fruitless = 0;
    const head = parseCursor(frame.cursor);
    if (head) this.#sequencer.knowHead(head.seq);
    this.#emit("live", {});
    if (this.#sequencer.isBehind) this.#pull();
  }

  #onPage(frame) {
    this.#pulling = false;
    this.#pullTimer.clear();
    if (this.position.seq < frame.to && !this.#settleDoubt(frame)) {
      return this.#pull();
    }
    const isFruitful = this.position.seq > frame.after;
    this.#fruitless = isFruitful ? 0 : this.#fruitless + 1;
    const wantsMore =
      frame.more || this.#isLagging || this.#sequencer.hasHole;
    if (!wantsMore) return;
    if (isFruitful && (frame.more || !this.#isLagging)) this.#pull();
    else this.#pullLater(pullAgainMs);
  }

  /// A page that leaves a hole: a frame of it was lost, or what is missing is
  /// not for us. Asked twice and answered alike, it is the latter.
  #settleDoubt({ after, to }) {
    const isConfirmed = this.#doubted === this.position.seq;
    this.#doubted = this.position.seq;
    if (isConfirmed) this.#sequencer.page(after, to);
    return isConfirmed;
  }

  #closeHole() {
    if (this.#sequencer.hasHole) this.#pull();
  }

  /// One pull at a time, and none while the application is behind.
  #pull() {
    if (this.#pulling || this.#pullTimer.isSet) return;
    this.#wantsPull = !this.#delivery.isLow();
    if (this.#wantsPull || !this.#connector.isLive) return;
    const waitMs = this.#pace.waitMs();
    if (waitMs > 0) return this.#pullLater(waitMs);
    const after = this.position.seq;
    const limit = this.#options.pageSize;
    if (this.#connector.send({ type: "pull", after, limit })) {
      this.#pulling = true;
      this.#pullLater(pullAnswerMs);
    } else {
      // An event stream cannot be asked: it begins anew from our cursor.
      this.#connector.drop("a hole in the stream", "at_once");
    }
  }

  #pullLater(ms) {
    this.#pullTimer.set(ms, () => {
      if (this.#pulling) this.#fruitless++;
      this.#pulling = false;
      if (this.#fruitless >= fruitlessPulls) {
        this.#connector.drop("pulling brings nothing", "at_once");
      } else {
        this.#pull();
      }
    });
  }

  // -- what we say -----------------------------------------------------------

  /// The application has processed something.
  onProcessed() {
    if (this.#wantsPull && this.#delivery.isLow()) this.#pull();
    const { ackMs } = this.#options;
    const isNews = this.#processedHere().seq > (this.#acked ?? 0);
    if (!isNews || !ackMs || this.#ackTimer.isSet) return;
    if (this.#connector.transport !== "websocket") return;
    this.#ackTimer.set(ackMs, () => {
      if (this.#processedHere().seq > (this.#acked ?? 0)) this.#report("ack");
    });
  }

  /// `{ seq }`, or nothing while the application still works on a reset.
  #processedHere() {
    const { processed } = this.#delivery;
    const isHere = processed && processed.epoch === this.position?.epoch;
    return isHere ? { seq: Math.min(processed.seq, this.position.seq) } : {};
  }

  /// Says that we live and how far we are.
  #report(type) {
    const seen = this.#processedHere();
    const isSent = this.#connector.send({ type, ...seen });
    if (isSent && seen.seq !== undefined) this.#acked = seen.seq;
  }

  async #refresh() {
    if (!this.#tokens.canRenew) return;
    try {
      const token = await this.#tokens.renew("expiring");
      const text = Address.tokenText(token);
      this.#connector.send({ type: "refresh", token: text });
    } catch (error) {
      this.#emit("error", { code: "token", message: error.message, error });
    }
  }
}

function badCursor(text) {
  return { code: "bad_cursor", message: `no cursor: ${text}` };
}

// From the order of the log to the application, one event after the other.

/// A bounded queue whose items are handled strictly one after the other: the
/// next one waits for the promise that the handler of the last one returned.
/// Tracks what has been processed, that is: what may be acknowledged.
class Delivery {
  #queue = [];
  #bytes = 0;
  #limit;
  #maxBytes;
  #handle;
  #isManual;
  #onProcessed;
  #busy = false;
  #stopped = false;
  #paused = true; // until somebody listens
  #epoch;
  #handed = 0; // the seq that the application has seen, or that was skipped
  #lastEvent = 0; // the seq of the last event that it has seen

  /// `handle(item)` may return a promise; `onProcessed(cursor, isReset)` is
  /// told where we are after each; with `isManual` only `acknowledge` moves it.
  constructor({ handle, onProcessed, limit, maxBytes, isManual }) {
    this.#handle = handle;
    this.#onProcessed = onProcessed;
    this.#limit = limit;
    this.#maxBytes = maxBytes;
    this.#isManual = isManual;
    this.processed = undefined; // a cursor
  }

  get size() {
    return this.#queue.length;
  }

  hasRoom() {
    return this.#queue.length < this.#limit && this.#bytes < this.#maxBytes;
  }

  /// True when it is worth asking the hub for more.
  isLow() {
    return (
      this.#queue.length <= this.#limit / 2 && this.#bytes <= this.#maxBytes / 2
    );
  }

  start(cursor, isReset = false) {
    this.#epoch = cursor.epoch;
    this.#handed = this.#lastEvent = cursor.seq;
    this.processed = cursor;
    this.#onProcessed(cursor, isReset);
  }

  push(item) {
    const last = this.#queue.at(-1);
    if (item.kind === "skip" && last?.kind === "skip" && this.size > 1) {
      last.cursor = item.cursor;
      return;
    }
    this.#queue.push(item);
    this.#bytes += item.size ?? 0;
    this.#pump();
  }

  resume() {
    this.#paused = false;
    this.#pump();
  }

  stop() {
    this.#stopped = true;
    this.#queue = [];
    this.#bytes = 0;
  }

  /// The application has processed everything up to `seq` of this epoch.
  acknowledge(seq) {
    const done = seq >= this.#lastEvent ? this.#handed : seq;
    if (seq > this.#handed || !(done > this.processed?.seq)) return;
    this.#settle(makeCursor(this.#epoch, done));
  }

  async #pump() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#queue.length > 0 && !this.#paused && !this.#stopped) {
      const item = this.#queue[0];
      const nothingOpen = this.processed?.seq === this.#handed;
      const result = this.#hand(item);
      if (isPromise(result)) await result;
      if (this.#stopped) break;
      this.#queue.shift();
      this.#bytes -= item.size ?? 0;
      this.#finish(item, nothingOpen);
    }
    this.#busy = false;
  }

  /// Before the handler runs: it may acknowledge what it is given.
  #hand(item) {
    if (item.kind === "skip") return undefined;
    if (item.kind === "event" && item.cursor) {
      this.#handed = this.#lastEvent = item.cursor.seq;
    }
    return this.#handle(item);
  }

  #finish({ kind, cursor }, nothingOpen) {
    if (!cursor) return; // an event without a number
    if (kind === "reset") return this.start(cursor, true);
    if (kind === "skip") this.#handed = cursor.seq;
    const isOurs = !this.#isManual || (kind === "skip" && nothingOpen);
    if (isOurs) this.#settle(cursor);
  }

  #settle(cursor) {
    this.processed = cursor;
    this.#onProcessed(cursor, false);
  }
}

// Who we are. A backend is asked when there is no good token, not at every
// reconnect: after a restart of the hub that would be a storm of its own.

class Tokens {
  #source;
  #perAttempt;
  #token;
  #asking;

  /// `source` is a token or a function `(why) => token or promise`; with
  /// `perAttempt` (single-use tickets) it is asked before every attempt.
  constructor(source, perAttempt = false) {
    this.#source = source;
    this.#perAttempt = perAttempt;
  }

  get canRenew() {
    return typeof this.#source === "function";
  }

  /// The token for the next attempt. `why`: "connect".
  async get() {
    if (!this.canRenew) return this.#source;
    if (this.#token === undefined || this.#perAttempt) {
      return this.renew("connect");
    }
    return this.#token;
  }

  /// Asks for a newer one: "connect", "expired" or "expiring".
  renew(why) {
    this.#asking ??= Promise.resolve(why)
      .then(this.#source)
      .then((token) => (this.#token = token))
      .finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  expire() {
    this.#token = undefined;
  }
}

const defaults = {
  role: "admin",
  transport: "auto",
  manualAck: false,
  ackMs: 1_000,
  pageSize: 200,
  maxQueued: 1_000,
  maxQueuedBytes: 4 << 20,
  connectTimeoutMs: 10_000,
  offlineRetryMs: 30_000,
};

const typingMs = 2_000; // a "start" is not repeated more often
const readMs = 500; // nor is a read mark said

/// One dialog, followed for as long as the application wants. See README.md.
class Hub {
  #env;
  #options;
  #listeners = new Map(); // name -> Set of functions
  #store;
  #delivery;
  #connector;
  #conversation;
  #state = "connecting";
  #reconnects = -1;
  #typedAt = -Infinity;
  #readSeq; // the highest one
  #mustSayRead = false; // as soon as there is a WebSocket
  #readTimer;

  constructor(options) {
    this.#options = { ...defaults, ...options };
    this.#env = environmentOf(options.env);
    const address = new Address(this.#options);
    const tokens = new Tokens(options.token, options.tokenPerAttempt);
    this.#readTimer = new Timer(this.#env);
    this.#delivery = new Delivery({
      handle: (item) => this.#handle(item),
      onProcessed: (cursor, isReset) => this.#onProcessed(cursor, isReset),
      limit: this.#options.maxQueued,
      maxBytes: this.#options.maxQueuedBytes,
      isManual: this.#options.manualAck,
    });
    this.#connector = new Connector(this.#env, this.#options, address, tokens, {
      onFrame: (frame, size) => this.#conversation.onFrame(frame, size),
      onState: (state, detail) => this.#setState(state, detail),
      onClose: (how) => this.#onClose(how),
      onError: (code, error) => this.#fail(code, error),
      position: () => this.#conversation.position,
    });
    this.#conversation = new Conversation(this.#env, {
      connector: this.#connector,
      delivery: this.#delivery,
      tokens,
      emit: (name, value) => this.#notice(name, value),
      options: this.#options,
    });
    queueMicrotask(() => this.#begin());
  }

  // -- what the application uses ---------------------------------------------

  /// Calls `handler(value)` at every `name`; returns a function that ends that.
  on(name, handler) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(handler);
    if (name === "event") queueMicrotask(() => this.#delivery.resume());
    return () => this.off(name, handler);
  }

  off(name, handler) {
    this.#listeners.get(name)?.delete(handler);
  }

  get state() {
    return this.#state;
  }

  get transport() {
    return this.#connector.transport;
  }

  /// Everything up to here has been processed.
  get cursor() {
    return this.#delivery.processed?.text;
  }

  get presence() {
    return this.#conversation.presence;
  }

  /// Figures for a status line or a test.
  info() {
    return {
      state: this.#state,
      transport: this.transport,
      conn: this.#conversation.hello?.conn,
      cursor: this.cursor,
      received: this.#conversation.position?.seq,
      processed: this.#delivery.processed?.seq,
      queued: this.#delivery.size,
      reconnects: Math.max(0, this.#reconnects),
      ...this.#conversation.figures,
    };
  }

  /// With `manualAck`: everything up to this seq (or this event) is processed.
  ack(what) {
    const { seq, cursor } = typeof what === "object" ? what : { seq: what };
    const epoch = parseCursor(cursor)?.epoch;
    if (epoch && epoch !== this.#delivery.processed?.epoch) return;
    this.#delivery.acknowledge(seq);
  }

  /// Says "start" or "stop"; false when it could not be said or need not be.
  typing(state = "start") {
    const now = this.#env.now();
    if (state === "start" && now - this.#typedAt < typingMs) return false;
    if (this.#connector.isChoked) return false;
    const isSent = this.#connector.send({ type: "typing", state });
    if (isSent) this.#typedAt = state === "start" ? now : -Infinity;
    return isSent;
  }

  /// The reader has seen everything up to `seq`. The latest is said twice a
  /// second at most, and when there is a WebSocket again; true: it was said.
  read(seq) {
    if (!(seq > (this.#readSeq ?? 0))) return false;
    this.#readSeq = seq;
    this.#mustSayRead = true;
    return this.#sendRead();
  }

  /// Leaves for a while; the cursor is kept.
  disconnect() {
    this.#connector.suspend("application");
  }

  /// Comes back after `disconnect`, or at once instead of in a while.
  reconnect() {
    this.#connector.resume("application");
  }

  /// The end: no timer, no socket and no listener of ours remains.
  close() {
    if (this.#state === "closed") return;
    this.#connector.stop();
    this.#setState("closed", { code: 1000, reason: "", rule: "never" });
  }

  /// `for await (const event of hub)`: an event counts as processed when the
  /// next one is asked for. Leaving the loop leaves the hub as it is.
  async *[Symbol.asyncIterator]() {
    const inbox = [];
    let wake = () => {};
    const undo = [
      this.on("event", (event) => {
        const done = new Promise((resolve) => inbox.push({ event, resolve }));
        wake();
        return done;
      }),
      this.on("state", () => wake()),
    ];
    try {
      while (this.#state !== "closed") {
        if (inbox.length === 0) await new Promise((done) => (wake = done));
        const next = inbox.shift();
        if (!next) continue;
        yield next.event;
        next.resolve();
      }
    } finally {
      undo.forEach((end) => end());
      inbox.forEach(({ resolve }) => resolve());
    }
  }

  // -- inside ----------------------------------------------------------------

  async #begin() {
    if (this.#state === "closed") return;
    const { dialogId, role, path, cursor, storageKey } = this.#options;
    const key = storageKey ?? `wsgw:cursor:${role}:${dialogId ?? path}`;
    this.#store = new CursorStore(this.#storage(), key, (error) =>
      this.#fail("storage", error),
    );
    const start = parseCursor(cursor) ?? (await this.#store.load());
    if (this.#state === "closed") return;
    if (start) this.#conversation.start(start);
    this.#connector.open();
  }

  #storage() {
    try {
      return storageOf(this.#options.storage, this.#env);
    } catch (error) {
      if (error instanceof TypeError) throw error;
      this.#fail("storage", error); // forbidden in this frame
      return storageOf("memory");
    }
  }

  #onProcessed(cursor, isReset) {
    this.#store?.save(cursor, isReset);
    this.#conversation.onProcessed();
  }

  #onClose(how) {
    this.#conversation.stop();
    this.#emit("close", how);
  }

  #notice(name, value) {
    if (name === "hello") {
      this.#reconnects++;
      this.#setState("live", {});
      this.#sendRead();
    }
    if (name === "lagging" || name === "live") this.#setState(name, value);
    else this.#emit(name, value);
  }

  #sendRead() {
    if (!this.#mustSayRead || this.#readTimer.isSet) return false;
    const isSent = this.#connector.send({ type: "read", seq: this.#readSeq });
    this.#mustSayRead = !isSent;
    if (isSent) this.#readTimer.set(readMs, () => this.#sendRead());
    return isSent;
  }

  #setState(state, detail) {
    this.#state = state;
    if (state === "closed") this.#delivery.stop();
    if (state === "closed" || state === "suspended") {
      this.#conversation.stop();
      this.#readTimer.clear();
    }
    this.#emit("state", { ...detail, state, transport: this.transport });
  }

  #handle(item) {
    if (item.kind === "reset") {
      const { reason, cursor } = item;
      this.#readSeq = undefined; // numbers begin anew
      return this.#emit("reset", { reason, cursor: cursor.text });
    }
    const { seq, cursor, name, data, ts, replay = false } = item.frame;
    return this.#emit("event", { seq, cursor, name, data, ts, replay });
  }

  #fail(code, error, event) {
    const message = String(error?.message ?? error);
    this.#emit("error", { code, message, error, event });
  }

  /// A promise when a handler returned one. A handler that fails is told of by
  /// "error" and has processed its event: waiting would not mend it.
  #emit(name, value) {
    const pending = [];
    const failed = (error) => {
      if (name === "error") queueMicrotask(() => { throw error; });
      else this.#fail("handler", error, value);
    };
    for (const handler of [...(this.#listeners.get(name) ?? [])]) {
      try {
        const result = handler(value);
        if (isPromise(result)) pending.push(result.then(undefined, failed));
      } catch (error) {
        failed(error);
      }
    }
    return pending.length > 0 ? Promise.all(pending) : undefined;
  }
}

export { Hub, memoryStorage, ruleOfClose, webStorage };

/// Follows one dialog of a ws-gateway hub. Returns at once; connects as soon
/// as the present code has run, so that listeners can be set before.
export function connect(options) {
  return new Hub(options);
}
