// One player: a socket that comes back, and what it was told.

const byId = (id) => document.getElementById(id);

class Player {
  constructor(number, name, game) {
    this.number = number;
    this.name = name;
    this.game = game;
    this.role = number === 1 ? "initiator" : "opponent";
    this.build();
  }

  build() {
    const part = byId("player").content.cloneNode(true);
    const find = (selector) => part.querySelector(selector);
    this.element = find(".player");
    this.element.dataset.player = this.number;
    this.state = find(".state");
    this.frames = find(".frames");
    this.switch = find(".link");
    this.kind = find("select");
    this.kind.value = this.number === 1 ? "v1" : "legacy";
    find("h2").textContent = `${this.name} · ${this.role}`;
    this.frames.setAttribute("aria-label", `${this.name}: frames`);
    this.switch.addEventListener("click", () => this.toggle());
    this.kind.addEventListener("change", () => this.start());
    byId("players").append(part);
  }

  /// Begins a new duel: nothing was told, no cursor is known.
  reset() {
    this.close();
    this.cursor = undefined;
    this.told = new Set(); // versions
    this.hasLived = false;
    this.isOver = false;
    this.frames.textContent = "";
    this.figure("sees", "–");
    this.figure("updates", 0);
    this.figure("cursor", "–");
    this.start();
  }

  // -- how it is connected ----------------------------------------------------

  async start() {
    this.close();
    const attempt = this.attempt;
    this.tell("connecting", "connecting");
    try {
      const ticket = await this.game.ticket(this.number);
      if (attempt === this.attempt) this.open(ticket);
    } catch (error) {
      if (attempt === this.attempt) this.wait(error.message);
    }
  }

  open(ticket) {
    const url = new URL("ws/duels", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("ticket", ticket);
    if (this.kind.value === "v1") {
      url.searchParams.set("v", "1");
      if (this.cursor) url.searchParams.set("cursor", this.cursor);
    }
    const socket = new WebSocket(url);
    const isCurrent = () => this.socket === socket;
    this.socket = socket;
    socket.onmessage = ({ data }) => isCurrent() && this.receive(data);
    socket.onclose = ({ code, reason }) => {
      if (isCurrent()) this.ended(code, reason);
    };
    clearInterval(this.pinger);
    this.pinger = setInterval(() => this.say({ type: "ping" }), 20000);
  }

  close() {
    this.attempt = (this.attempt ?? 0) + 1;
    clearTimeout(this.timer);
    clearInterval(this.pinger);
    const { socket } = this;
    this.socket = undefined;
    socket?.close(1000);
  }

  toggle() {
    if (this.socket || this.isWaiting) {
      this.close();
      this.tell("ended", "cut");
    } else {
      this.start();
    }
  }

  ended(code, reason) {
    this.socket = undefined;
    clearInterval(this.pinger);
    const why = `${code}${reason ? ` ${reason}` : ""}`;
    this.note(`Closed ${why}`);
    if (this.isOver) this.tell("over", "the duel is over");
    else if (code === 4004) this.tell("ended", why);
    else this.wait(why);
  }

  wait(why) {
    const pause = 500 + Math.random() * 500;
    this.tell("waiting", `${why}, again soon`);
    this.timer = setTimeout(() => this.start(), pause);
  }

  tell(state, text) {
    this.isWaiting = state === "waiting" || state === "connecting";
    this.state.dataset.state = state;
    this.state.textContent = text;
    this.switch.textContent =
      this.socket || this.isWaiting ? "Cut" : "Come back";
  }

  say(what) {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(what));
    }
  }

  // -- what it is told --------------------------------------------------------

  receive(text) {
    const frame = JSON.parse(text);
    if (frame.cursor) {
      this.cursor = frame.cursor;
      this.figure("cursor", frame.cursor);
    }
    const takes = {
      hello: () => this.live(),
      connected: () => this.live(),
      ping: () => this.say({ type: "pong", seq: frame.seq }),
      duel_update: () => this.update(frame.payload),
      event: () => this.update(frame.data?.payload),
      duel_closed: () => { this.isOver = true; },
      error: () => this.note(frame.message ?? frame.code, true),
    };
    if (frame.type !== "pong" && frame.type !== "ping") this.show(text);
    takes[frame.type]?.();
  }

  live() {
    if (this.hasLived) this.game.count("reconnects");
    this.hasLived = true;
    this.tell("live", this.kind.value === "v1" ? "live · v1" : "live · legacy");
  }

  update(payload) {
    if (!payload) return;
    const version = payload.event_version;
    // A snapshot has the version of the update that it repeats.
    if (version && this.told.has(version)) this.game.count("doubled");
    if (version) this.told.add(version);
    this.figure("updates", this.told.size);
    const words = payload.status === "in_progress" ?
      `round ${payload.round ?? "–"}` : payload.status;
    const scores = payload.scores?.join(" : ");
    this.figure("sees", scores ? `${words}, ${scores}` : words);
    if (payload.status === "finished") this.isOver = true;
    this.game.heard(this.number, version);
  }

  figure(name, value) {
    const place = this.element.querySelector(`[data-figure=${name}]`);
    place.textContent = String(value);
    place.title = String(value);
  }

  show(text) {
    const code = document.createElement("code");
    code.textContent = text;
    this.add(code);
  }

  note(text, isWrong = false) {
    const line = document.createElement("p");
    line.className = isWrong ? "note wrong" : "note";
    line.textContent = text;
    this.add(line);
  }

  add(what) {
    const line = document.createElement("li");
    line.append(what);
    this.frames.append(line);
    while (this.frames.childElementCount > 100) this.frames.firstChild.remove();
    this.frames.scrollTop = this.frames.scrollHeight;
  }
}
