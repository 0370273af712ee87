// Who we are. A backend is asked when there is no good token, not at every
// reconnect: after a restart of the hub that would be a storm of its own.

export class Tokens {
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
