import { makeCursor, parseCursor } from "./cursor.js";

// Order out of what arrives. Knows no socket, no clock, no application.

/// Takes numbered frames in any order and gives each durable event once, by
/// rising seq, to `emit`. A hole is held open until what belongs there comes,
/// or the hub says that it is not for us (`skip`, `page`).
///
/// Items: `{ kind: "event", frame, cursor, size }`, `{ kind: "skip", cursor }`
/// and `{ kind: "reset", reason, cursor }`.
export class Sequencer {
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
