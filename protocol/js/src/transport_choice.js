// WebSocket, or server-sent events where something on the way breaks it.

const failuresToSwitch = 3;
const firstProbeMs = 60_000;
const lastProbeMs = 600_000;

/// Chooses the transport of the next attempt. With "auto": after three
/// WebSocket attempts in a row that brought no frame at all an event stream is
/// tried; while that lives, WebSocket is probed now and then.
export class TransportChoice {
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
