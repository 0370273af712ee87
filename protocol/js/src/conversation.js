import { parseCursor } from "./cursor.js";
import { Timer } from "./environment.js";
import { Pace } from "./pace.js";
import { Sequencer } from "./sequencer.js";
import { Address } from "./address.js";

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
export class Conversation {
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
