// A client in a world whose time, sockets and page belong to the test.
import { connect } from "../../../protocol/js/wsgw.js";

/// Lets everything happen that needs no time.
export const settle = () => new Promise((done) => setImmediate(done));

export class FakeClock {
  now = 1_000_000;
  #timers = new Map();
  #next = 1;

  get pending() {
    return this.#timers.size;
  }

  set = (call, ms) => {
    this.#timers.set(this.#next, { call, at: this.now + ms });
    return this.#next++;
  };

  clear = (id) => void this.#timers.delete(id);

  async advance(ms) {
    const end = this.now + ms;
    await settle();
    for (let due = this.#due(end); due; due = this.#due(end)) {
      const [id, { call, at }] = due;
      this.#timers.delete(id);
      this.now = Math.max(this.now, at);
      call();
      await settle();
    }
    this.now = end;
  }

  /// The machine sleeps: time passes, timers do not run.
  sleep(ms) {
    this.now += ms;
  }

  #due(end) {
    return [...this.#timers]
      .filter(([, timer]) => timer.at <= end)
      .sort(([, a], [, b]) => a.at - b.at)[0];
  }
}

/// The hub's side of one WebSocket.
export class FakeSocket {
  readyState = 0;
  bufferedAmount = 0;
  sent = [];
  closedByClient;

  constructor(url, protocols) {
    this.url = new URL(url);
    this.protocols = protocols;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code) {
    this.closedByClient = code;
    this.readyState = 3;
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  shut(code = 1006, reason = "") {
    this.readyState = 3;
    this.onclose({ code, reason });
  }

  /// Admits the client: the socket opens, the hub greets.
  greet(cursor, more = {}) {
    this.open();
    this.say({ type: "hello", v: 1, conn: "c1", cursor, resume: "fresh",
      replay: 0, ping_ms: 25000, pong_ms: 40000, ...more });
  }

  saySeq(...seqs) {
    for (const seq of seqs) this.say(eventFrame(seq));
  }

  sentOf(type) {
    return this.sent.filter((frame) => frame.type === type);
  }
}

export function eventFrame(seq, more = {}) {
  return { type: "event", seq, cursor: `e1:${seq}`, name: "message:new",
    data: { id: seq }, ts: "2026-01-01T00:00:00.000Z", ...more };
}

class FakeTarget extends EventTarget {
  count = 0;
  addEventListener(...args) {
    this.count++;
    super.addEventListener(...args);
  }
  removeEventListener(...args) {
    this.count--;
    super.removeEventListener(...args);
  }
  fire(name, fields = {}) {
    this.dispatchEvent(Object.assign(new Event(name), fields));
  }
}

export class FakeWorld {
  clock = new FakeClock();
  sockets = [];
  streams = [];
  document = Object.assign(new FakeTarget(), { visibilityState: "visible" });
  window = new FakeTarget();
  navigator = { onLine: true };
  luck = 0; // what random() says

  get env() {
    const world = this;
    return {
      WebSocket: class extends FakeSocket {
        constructor(...args) {
          super(...args);
          world.sockets.push(this);
        }
      },
      fetch: (url, { signal }) => this.#openStream(url, signal),
      document: this.document,
      window: this.window,
      navigator: this.navigator,
      random: () => this.luck,
      now: () => this.clock.now,
      setTimeout: this.clock.set,
      clearTimeout: this.clock.clear,
    };
  }

  get socket() {
    return this.sockets.at(-1);
  }

  get stream() {
    return this.streams.at(-1);
  }

  show(isShown) {
    this.document.visibilityState = isShown ? "visible" : "hidden";
    this.document.fire("visibilitychange");
  }

  network(isThere) {
    this.navigator.onLine = isThere;
    this.window.fire(isThere ? "online" : "offline");
  }

  #openStream(url, signal) {
    return new Promise((resolve, reject) => {
      const stream = { url: new URL(url), isAborted: false };
      const encoder = new TextEncoder();
      const body = new ReadableStream({
        start: (controller) => (stream.controller = controller),
      });
      stream.fail = () => reject(new TypeError("fetch failed"));
      stream.answer = (status = 200, json = undefined, headers = {}) =>
        resolve(status === 200
          ? new Response(body, { status })
          : new Response(JSON.stringify(json ?? {}), { status, headers }));
      stream.write = (text) => stream.controller.enqueue(encoder.encode(text));
      stream.say = (frame) => stream.write(
        `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`);
      signal.addEventListener("abort", () => {
        stream.isAborted = true;
        reject(new Error("aborted"));
      });
      this.streams.push(stream);
    });
  }
}

/// A hub that follows dialog 10 in a world, and what the application saw.
export async function follow(options = {}, world = new FakeWorld()) {
  const hub = connect({ url: "http://hub.test/", dialogId: 10, token: "t",
    env: world.env, ...options });
  const seen = { events: [], states: [], closes: [], errors: [], resets: [],
    ephemeral: [], presence: [] };
  hub.on("event", (event) => void seen.events.push(event));
  hub.on("state", (info) => seen.states.push(info.state));
  hub.on("close", (how) => seen.closes.push(how));
  hub.on("error", (error) => seen.errors.push(error.code));
  hub.on("reset", (reset) => void seen.resets.push(reset));
  hub.on("ephemeral", (event) => seen.ephemeral.push(event));
  hub.on("presence", (counts) => seen.presence.push(counts));
  await settle();
  return { hub, world, clock: world.clock, seen, seqs: () =>
    seen.events.map((event) => event.seq) };
}

/// The same, admitted at `cursor`.
export async function followed(cursor = "e1:40", options = {}) {
  const all = await follow(options);
  all.world.socket.greet(cursor);
  await settle();
  return all;
}
