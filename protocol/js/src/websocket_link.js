// One WebSocket, for one attempt.

/// Tells its listener `onFrame(frame, size)` and once `onEnd(end)`, with
/// `end` = `{ code, reason, opened }`; nothing any more after `close()`.
export class WebSocketLink {
  name = "websocket";
  #socket;
  #listener;
  #opened = false;

  constructor(env, url, listener) {
    this.#listener = listener;
    const socket = new env.WebSocket(url, ["wsgw.v1"]);
    this.#socket = socket;
    socket.onopen = () => (this.#opened = true);
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onerror = () => {}; // onclose follows
    socket.onclose = ({ code, reason }) => this.#end(code, String(reason));
  }

  /// False when the frame cannot go out now.
  send(message) {
    if (!this.#opened || !this.#listener || this.#socket.readyState !== 1) {
      return false;
    }
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /// True when what we sent does not get through: no more of what can wait.
  get isChoked() {
    return this.#socket.bufferedAmount > 65_536;
  }

  close() {
    if (!this.#listener) return;
    this.#listener = undefined;
    this.#socket.close(1000);
  }

  #receive(text) {
    if (!this.#listener) return;
    const frame = parseFrame(text);
    if (frame) this.#listener.onFrame(frame, text.length);
    else this.#listener.onBadFrame(String(text));
  }

  #end(code, reason) {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onEnd({ code, reason, opened: this.#opened });
  }
}

/// A JSON object with a `type`, or undefined.
export function parseFrame(text) {
  try {
    const frame = JSON.parse(text);
    return typeof frame?.type === "string" ? frame : undefined;
  } catch {
    return undefined;
  }
}
