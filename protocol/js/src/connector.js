import { Backoff } from "./backoff.js";
import { ruleOfClose } from "./close_codes.js";
import { Timer } from "./environment.js";
import { Liveness } from "./liveness.js";
import { PageLife } from "./page_life.js";
import { Probe } from "./probe.js";
import { SseLink } from "./sse_link.js";
import { TransportChoice } from "./transport_choice.js";
import { WebSocketLink } from "./websocket_link.js";

// Gets a connection, keeps it and gets another one: at most one attempt at a
// time, at most one timer between two of them.

const drainGraceMs = 1_000;

/// Its listener has `onFrame(frame, size)` (a `hello` first), `onState(state,
/// detail)`, `onClose(how)`, `onError(code, error)` and `position()`, the
/// cursor to come back with.
export class Connector {
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
