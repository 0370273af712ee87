// A TCP proxy between client and hub that a test can make misbehave.
import { once } from "node:events";
import { connect, createServer } from "node:net";

export class MiddleMan {
  #server = createServer((socket) => this.#serve(socket));
  #links = new Set();
  #isCut = false;
  #isMute = false;
  #refuses = () => false;
  #loses = () => false;
  opened = 0;
  lost = 0;

  static async start(t, port) {
    const man = new MiddleMan();
    man.target = port;
    man.#server.listen(0, "127.0.0.1");
    await once(man.#server, "listening");
    man.url = `http://127.0.0.1:${man.#server.address().port}/`;
    t.after(() => man.stop());
    return man;
  }

  stop() {
    this.cut();
    this.#server.close();
  }

  /// All connections break; new ones, too.
  cut() {
    this.#isCut = true;
    for (const link of this.#links) link.client.resetAndDestroy();
  }

  /// Connections stay, and nothing passes any more (as when a train enters a
  /// tunnel); new ones are accepted and get nothing.
  mute() {
    this.#isMute = true;
  }

  heal() {
    this.#isCut = this.#isMute = false;
    for (const link of this.#links) if (link.wasMute) link.client.destroy();
  }

  /// Breaks connections whose request matches, as some proxies do.
  refuse(check) {
    this.#refuses = check;
  }

  /// Loses single frames of the hub for which `check(text)` is true.
  lose(check) {
    this.#loses = check;
  }

  #serve(client) {
    this.opened++;
    if (this.#isCut) return client.resetAndDestroy();
    const hub = connect(this.target, "127.0.0.1");
    const link = { client, hub, wasMute: false, frames: new Frames() };
    this.#links.add(link);
    const end = () => {
      this.#links.delete(link);
      client.destroy();
      hub.destroy();
    };
    for (const socket of [client, hub]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (bytes) => {
      if (this.#refuses(bytes.toString("latin1"))) end();
      else if (!this.#holds(link)) hub.write(bytes);
    });
    hub.on("data", (bytes) => {
      if (!this.#holds(link)) client.write(this.#passed(link, bytes));
    });
  }

  #holds(link) {
    link.wasMute ||= this.#isMute;
    return link.wasMute;
  }

  #passed(link, bytes) {
    return Buffer.concat(link.frames.take(bytes).filter((frame) => {
      const isLost = this.#loses(frame.toString("utf8"));
      if (isLost) this.lost++;
      return !isLost;
    }));
  }
}

/// Cuts what a WebSocket server sends into the head of the answer and frames.
class Frames {
  #rest = Buffer.alloc(0);
  #hasHead = false;
  #isWebSocket = false;

  take(bytes) {
    const parts = [];
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let size = this.#next(); size > 0; size = this.#next()) {
      parts.push(this.#rest.subarray(0, size));
      this.#rest = this.#rest.subarray(size);
    }
    return parts;
  }

  #next() {
    const rest = this.#rest;
    if (!this.#hasHead) {
      const end = rest.indexOf("\r\n\r\n");
      if (end < 0) return 0;
      this.#hasHead = true;
      this.#isWebSocket = rest.toString("latin1", 9, 12) === "101";
      return end + 4;
    }
    if (!this.#isWebSocket) return rest.length;
    if (rest.length < 4) return 0;
    const short = rest[1] & 127;
    const head = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (rest.length < head) return 0;
    const size = short === 127 ? Number(rest.readBigUInt64BE(2))
      : short === 126 ? rest.readUInt16BE(2) : short;
    return rest.length >= head + size ? head + size : 0;
  }
}
