import { Address } from "./address.js";
import { Connector } from "./connector.js";
import { Conversation } from "./conversation.js";
import { CursorStore, isPromise, parseCursor, storageOf } from "./cursor.js";
import { Delivery } from "./delivery.js";
import { Timer, environmentOf } from "./environment.js";
import { Tokens } from "./tokens.js";

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
export class Hub {
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
