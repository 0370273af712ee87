// A hub limits the commands of a connection (WS_COMMAND_RATE, 20/s, burst 40)
// and closes those who go on regardless: we stay well below.

const burst = 20;
const perSecond = 12;

export class Pace {
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
