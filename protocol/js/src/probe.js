import { Timer } from "./environment.js";

// From server-sent events back to WebSocket.

/// While a stream goes on, a WebSocket is tried now and then: `dial()` gives
/// a promise of a new link or of nothing, each in `timeoutMs` at most.
export class Probe {
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
