// One pane: how it is connected, its log, a form.

const panes = {};
const typingMs = 4000; // a start that no stop follows

class Pane {
  constructor(name) {
    this.role = { ...roles[name], name };
    this.seen = new Set(); // message ids
    this.posted = []; // { text, since } on their way back to us
    this.readBy = {};
    this.build(name);
    this.start("auto");
    setInterval(() => this.showFigures(), 250);
  }

  build(name) {
    const part = byId("pane").content.cloneNode(true);
    const find = (selector) => part.querySelector(selector);
    this.element = find(".pane");
    this.element.dataset.role = name;
    this.element.id = `pane-${name}`;
    this.state = find(".state");
    this.log = find(".log");
    this.typing = find(".typing");
    this.input = find("input");
    this.switch = find(".link");
    this.kind = find("select");
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
    this.input.addEventListener("input", () => {
      this.link?.typing(this.input.value ? "start" : "stop");
    });
    this.switch.addEventListener("click", () => this.toggle());
    this.kind.addEventListener("change", () => this.start(this.kind.value));
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

  // -- how it is connected ---------------------------------------------------

  /// `kind`: "auto" or "sse" (v1), or "legacy". What v1 has seen it knows
  /// again when it comes back.
  async start(kind) {
    this.cursor = this.link?.hub?.cursor ?? this.cursor;
    const old = this.link;
    this.link = undefined;
    if (old?.hub) old.end();
    else old?.close();
    if (kind === "legacy") {
      this.link = new LegacyLink(this.role, this);
      return;
    }
    try {
      await freshSession();
    } catch (error) {
      this.onState("ended", error.message);
      return;
    }
    if (this.link || this.kind.value !== kind) return; // chosen meanwhile
    this.link = new HubLink(this.role, this, kind, this.cursor);
  }

  toggle() {
    if (!this.link || this.link.hub?.state === "closed") {
      this.start(this.kind.value);
    } else if (this.link.isCut) {
      this.link.open();
    } else {
      this.link.close();
    }
  }

  showFigures() {
    const { cursor, acked } = this.link?.figures() ?? {};
    const { admin, widget, site } = this.presence ?? {};
    this.figure("cursor", cursor);
    this.figure("acked", acked);
    this.figure("read", Object.entries(this.readBy)
      .map(([role, seq]) => `${role} ${seq}`).join(", ") || undefined);
    const present = `A ${admin} · W ${widget} · S ${site}`;
    this.figure("presence", this.presence && present);
  }

  figure(name, value) {
    const place = this.element.querySelector(`[data-figure=${name}]`);
    const text = String(value ?? "–");
    if (place.textContent !== text) place.textContent = text;
    place.title = text;
  }

  // -- listener of the link --------------------------------------------------

  onState(state, text) {
    if (state === "live" && this.wasLive) count("reconnects");
    if (state === "live") this.wasLive = true;
    if (state !== "live") this.presence = undefined;
    this.state.dataset.state = state;
    this.state.textContent = text;
    this.switch.textContent = state === "ended" ? "Come back" : "Cut";
    if (state === "ended" || state === "waiting") this.note(text);
  }

  onReplay(replay) {
    if (replay > 0) this.note(`Back: ${replay} missed, here they are`);
  }

  onReset(reason) {
    this.readBy = {};
    this.note(`Reset (${reason}): an application reloads the dialog here`);
  }

  onPresence(counts) {
    this.presence = counts;
  }

  onEvent(event) {
    count("events");
    if (event.replay) count("replayed");
    if (event.name === "message:new") this.message(event);
    else this.note(describe(event));
    if (event.seq && !document.hidden) this.link?.read(event.seq);
  }

  onEphemeral({ name, data }) {
    if (name === "read") this.readBy[data.role] = data.seq;
    clearTimeout(this.typingTimer);
    const isStart = name === "typing_start";
    const who = data?.role ?? "somebody";
    this.typing.textContent = isStart ? `${who} is typing…` : "";
    if (!isStart) return;
    this.typingTimer = setTimeout(() => {
      this.typing.textContent = "";
    }, typingMs);
  }

  // -- what is shown ---------------------------------------------------------

  message({ data, replay, seq }) {
    if (data.id != null) {
      const id = JSON.stringify(data.id);
      if (this.seen.has(id)) {
        count("duplicates");
        return;
      }
      this.seen.add(id);
    }
    const isOwn = data.sender === this.role.sender;
    const took = isOwn ? this.arrived(data.text) : undefined;
    const bubble = document.createElement("li");
    bubble.className = isOwn ? "bubble own" : "bubble";
    const line = document.createElement("small");
    const parts = [data.sender, clock(data.timestamp)];
    if (seq) parts.push(`#${seq}`);
    if (replay) parts.push("replayed");
    else if (took !== undefined) parts.push(`${took.toFixed(1)} ms`);
    line.textContent = parts.join(" · ");
    bubble.append(line, String(data.text));
    this.show(bubble);
    if (this.element.offsetParent === null) this.unread(1);
  }

  /// Milliseconds since this pane posted `text`, if it did.
  arrived(text) {
    const index = this.posted.findIndex((post) => post.text === text);
    if (index < 0) return undefined;
    const [post] = this.posted.splice(index, 1);
    const took = performance.now() - post.since;
    if (took < 5000) countLatency(took); // else it was cut meanwhile
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
    this.link?.typing("stop");
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

function describe({ name, data }) {
  const words = name.replaceAll("_", " ");
  const { message } = data ?? {};
  return typeof message === "string" ? `${words}: ${message}` : words;
}

function clock(timestamp) {
  const time = new Date(timestamp ?? NaN);
  return isNaN(time) ? "no time" : time.toLocaleTimeString("en-GB");
}
