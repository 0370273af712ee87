import { ruleOfStatus } from "./close_codes.js";
import { parseFrame } from "./websocket_link.js";

// One stream of server-sent events, read by fetch: unlike EventSource that
// works in Node, shows the status of a refusal and does not reconnect alone.

/// Splits a stream into its events' `data`. An event of more than `limit`
/// characters is an error.
export class EventStreamParser {
  #onData;
  #limit;
  #line = "";
  #data = [];
  #size = 0;
  #wasReturn = false;

  constructor(onData, limit = 8 << 20) {
    this.#onData = onData;
    this.#limit = limit;
  }

  write(text) {
    // "\r\n" may be cut in the middle.
    if (this.#wasReturn && text.startsWith("\n")) text = text.slice(1);
    if (text) this.#wasReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#line + lines[0];
    this.#line = lines.pop();
    lines.forEach((line) => this.#take(line));
    if (this.#size + this.#line.length > this.#limit) {
      throw new RangeError("event is too large");
    }
  }

  #take(line) {
    if (line !== "") {
      const match = /^data: ?(.*)$/s.exec(line);
      if (match) this.#data.push(match[1]);
      this.#size += line.length;
      return;
    }
    const data = this.#data.join("\n");
    this.#data = [];
    this.#size = 0;
    if (data) this.#onData(data);
  }
}

/// As WebSocketLink, but it cannot send. `end` may have a `rule` (from an HTTP
/// status) and `retryMs` (from Retry-After).
export class SseLink {
  name = "sse";
  isChoked = false;
  #listener;
  #abort = new AbortController();

  constructor(env, url, listener) {
    this.#listener = listener;
    this.#run(env.fetch, url);
  }

  send() {
    return false;
  }

  close() {
    this.#listener = undefined;
    this.#abort.abort();
  }

  async #run(fetch, url) {
    let opened = false;
    try {
      const answer = await fetch(url, {
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
        signal: this.#abort.signal,
      });
      if (!answer.ok) return this.#end(await refusalOf(answer));
      opened = true;
      await this.#read(answer.body);
      this.#end({ code: 1006, reason: "stream ended", opened });
    } catch (error) {
      this.#end({ code: 1006, reason: error.message, opened });
    } finally {
      this.#abort.abort();
    }
  }

  async #read(body) {
    const decoder = new TextDecoder();
    const parser = new EventStreamParser((data) => this.#receive(data));
    const reader = body.getReader();
    while (this.#listener) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#listener?.onActivity();
      parser.write(decoder.decode(value, { stream: true }));
    }
  }

  #receive(data) {
    const frame = parseFrame(data);
    if (frame) this.#listener?.onFrame(frame, data.length);
    else this.#listener?.onBadFrame(data);
  }

  #end(end) {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onEnd(end);
  }
}

async function refusalOf(answer) {
  const body = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get("retry-after"));
  return {
    code: body.code ?? answer.status,
    reason: body.message ?? body.error ?? `HTTP ${answer.status}`,
    rule: ruleOfStatus(answer.status, body.code),
    retryMs: seconds > 0 ? Math.min(seconds * 1000, 300_000) : 0,
    opened: false,
  };
}
