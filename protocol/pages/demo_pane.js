"use strict";

// Counters of the page and one pane: a live socket, its log, a form.

const counts = { events: 0, duplicates: 0, heartbeats: 0, reconnects: 0 };
const latencies = [];

function count(name) {
  byId(`count-${name}`).textContent = (++counts[name]).toLocaleString("en");
}

function countLatency(ms) {
  latencies.push(ms);
  if (latencies.length > 50) latencies.shift();
  const median = [...latencies].sort((a, b) => a - b)[latencies.length >> 1];
  byId("count-latency").textContent = `${median.toFixed(1)} ms`;
}

// -- one pane --------------------------------------------------------------

const panes = {};

class Pane {
  constructor(name) {
    this.role = roles[name];
    this.seen = new Set(); // message ids
    this.posted = []; // { text, since } on their way back to us
    this.build(name);
    this.socket = new LiveSocket(
      async () => listenUrl(this.role, await freshSession()),
      this,
    );
    this.socket.open();
  }

  build(name) {
    const part = byId("pane").content.cloneNode(true);
    const find = (selector) => part.querySelector(selector);
    this.element = find(".pane");
    this.element.dataset.role = name;
    this.element.id = `pane-${name}`;
    this.state = find(".state");
    this.log = find(".log");
    this.input = find("input");
    this.switch = find(".link");
    find("h2").textContent = this.role.title;
    find("code").textContent = `/${this.role.path({ dialog_id: "{id}" })}`;
    this.log.setAttribute("aria-label", `${this.role.title}: messages`);
    find("label").htmlFor = this.input.id = `text-${name}`;
    find("label").textContent = `Message as ${name}`;
    this.input.placeholder = this.role.hint;
    find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.switch.addEventListener("click", () => this.toggle());
    byId("panes").append(part);
    this.buildTab(name);
  }

  buildTab(name) {
    this.tab = document.createElement("button");
    this.tab.type = "button";
    this.tab.textContent = this.role.title;
    this.tab.dataset.role = name;
    this.tab.setAttribute("aria-controls", this.element.id);
    this.tab.addEventListener("click", () => choose(name));
    byId("tabs").append(this.tab);
  }

  toggle() {
    if (this.ended) {
      this.socket.open();
    } else {
      this.socket.close();
    }
  }

  // -- listener of LiveSocket ----------------------------------------------

  onState(state, text) {
    if (state === "live" && this.wasLive) count("reconnects");
    if (state === "live") this.wasLive = true;
    this.ended = state === "ended";
    this.state.dataset.state = state;
    this.state.textContent = text;
    this.switch.textContent = this.ended ? "Connect" : "Disconnect";
    if (state === "ended" || state === "waiting") this.note(text);
  }

  onHeartbeat() {
    count("heartbeats");
    this.state.classList.remove("beat");
    void this.state.offsetWidth; // restarts the animation
    this.state.classList.add("beat");
  }

  onText(text) {
    count("events");
    let event;
    try {
      event = JSON.parse(text);
    } catch {
      this.note(text);
      return;
    }
    if (event?.sender !== undefined && event.text !== undefined) {
      this.message(event);
    } else {
      this.note(describe(event));
    }
  }

  // -- what is shown -------------------------------------------------------

  message(event) {
    if (event.id != null) {
      const id = JSON.stringify(event.id);
      if (this.seen.has(id)) {
        count("duplicates");
        return;
      }
      this.seen.add(id);
    }
    const isOwn = event.sender === this.role.sender;
    const took = isOwn ? this.arrived(event.text) : undefined;
    const bubble = document.createElement("li");
    bubble.className = isOwn ? "bubble own" : "bubble";
    const line = document.createElement("small");
    const ms = took === undefined ? "" : ` · ${took.toFixed(1)} ms`;
    line.textContent = `${event.sender} · ${clock(event.timestamp)}${ms}`;
    bubble.append(line, String(event.text));
    this.show(bubble);
    if (this.element.offsetParent === null) this.unread(1);
  }

  /// Milliseconds since this pane posted `text`, if it did.
  arrived(text) {
    const index = this.posted.findIndex((post) => post.text === text);
    if (index < 0) return undefined;
    const [post] = this.posted.splice(index, 1);
    const took = performance.now() - post.since;
    countLatency(took);
    return took;
  }

  note(text, isWrong = false) {
    const line = document.createElement("li");
    line.className = isWrong ? "note wrong" : "note";
    line.textContent = text;
    this.show(line);
  }

  show(line) {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 40;
    this.log.append(line);
    while (this.log.childElementCount > 300) this.log.firstChild.remove();
    if (isAtEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  unread(more) {
    const total = more ? Number(this.tab.dataset.unread ?? 0) + more : 0;
    this.tab.dataset.unread = total;
  }

  // -- posting -------------------------------------------------------------

  submit() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.post(text);
  }

  async post(text) {
    const entry = { text, since: performance.now() };
    this.posted.push(entry);
    try {
      const target = postTarget(this.role, session ?? (await freshSession()));
      const answer = await fetch(target.url, {
        method: "POST",
        headers: target.headers,
        body: JSON.stringify({ sender: this.role.sender, text }),
      });
      if (!answer.ok) throw new Error(await reasonOf(answer));
    } catch (error) {
      this.posted = this.posted.filter((post) => post !== entry);
      this.note(`Not sent: ${error.message}`, true);
    }
  }
}

function describe(event) {
  if (typeof event?.type !== "string") return JSON.stringify(event);
  const words = event.type.replaceAll("_", " ");
  return typeof event.message === "string"
    ? `${words}: ${event.message}`
    : words;
}

function clock(timestamp) {
  const time = new Date(timestamp ?? NaN);
  return isNaN(time) ? "no time" : time.toLocaleTimeString("en-GB");
}
