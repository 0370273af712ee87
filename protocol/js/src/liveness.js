import { Timer } from "./environment.js";

// Is there still somebody at the other end? Browsers hide RFC pings, so the
// hub's own frames are what counts.

/// How long an answer to our own ping may take.
const answerMs = 5_000;

/// Watches one live connection with one timer. Tells its listener
/// `onDead(reason, rule)`; asks with `sendPing()`, which says whether it could.
export class Liveness {
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
