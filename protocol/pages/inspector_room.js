// The page of one room: members, the log's tail, the timeline.

const memberTable = new LiveTable({ caption: "Members", columns: socketColumns,
  keyOf: ({ conn }) => conn, isSlow: ({ slow }) => slow, sort: "slow",
  empty: "Nobody is connected here." });
byId("members").append(memberTable.element);

function fact(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}

function historyText({ history: h }) {
  if (h.to < h.from) return "nothing kept";
  return `${number(h.from)} – ${number(h.to)}, ${bytes(h.bytes)}`;
}

function showFacts(room) {
  const order = { local: "this node", log: "the log in Redis" }[room.order];
  byId("room-facts").replaceChildren(
    fact("State", room.open ? slowWord(room) : "not open on this node"),
    fact("Shard", number(room.shard)),
    fact("Head", room.head || "–"),
    fact("Numbered by", order ?? "–"),
    fact("History", historyText(room)),
    fact("Mailbox", number(room.mailbox)),
    fact("Outboxes", bytes(room.outbox_bytes)));
}

// -- the log's tail -----------------------------------------------------------------

function tailEntry(message) {
  const head = el("summary", {}, el("span", { class: "seq" },
    number(message.seq ?? 0)), " ", el("span", {},
    message.name ?? message.type ?? "event"), " ",
  el("time", {}, message.ts ? clockTime(message.ts) : ""));
  if (message.cut) {
    return el("li", {}, el("details", {}, head,
      el("p", { class: "note" }, `${bytes(message.cut)}, too large to show`)));
  }
  return el("li", {}, el("details", {}, head,
    el("pre", {}, JSON.stringify(message.data ?? message, null, 2))));
}

/// A list to which only what is new is added, so that what is open stays open.
class Feed {
  #known = new Map(); // key -> li

  constructor(node) {
    this.node = node;
  }

  show(entries, keyOf, make) {
    const seen = new Map();
    const isAtTop = this.node.scrollTop < 8;
    entries.forEach((entry, i) => {
      let key = keyOf(entry, i);
      while (seen.has(key)) key += "'";
      seen.set(key, this.#known.get(key) ?? make(entry));
    });
    for (const [key, node] of this.#known) if (!seen.has(key)) node.remove();
    let after = null; // the newest first
    for (const node of seen.values()) {
      if (node.nextElementSibling !== after || node.parentNode !== this.node) {
        this.node.insertBefore(node, after);
      }
      after = node;
    }
    this.#known = seen;
    if (isAtTop) this.node.scrollTop = 0;
  }
}

const tailFeed = new Feed(byId("tail"));
const timelineFeed = new Feed(byId("timeline"));

// -- the timeline --------------------------------------------------------------------

function who(moment) {
  const speaks = moment.transport === "sse" ? "stream" : moment.dialect;
  return `${moment.role} ${moment.conn}` +
    (moment.user_id ? `, user ${moment.user_id}` : "") + `, ${speaks}`;
}

function momentText(moment) {
  if (moment.what === "opened") return `joined: ${who(moment)}`;
  if (moment.what === "closed") {
    return `left with ${moment.code}: ${who(moment)}, sent ` +
      `${number(moment.sent_seq)}` + (moment.dialect === "v1"
      && moment.transport !== "sse" ? `, acked ${number(moment.acked_seq)}` : "");
  }
  const parts = [moment.seq === null ? moment.fate
    : `event ${moment.seq}${moment.fate === "durable" ? "" : `, ${moment.fate}`}`];
  if (moment.audience.length < roleCount) {
    parts.push(`for ${audienceText(moment.audience)}`);
  }
  if (moment.trace_id) parts.push(`trace ${moment.trace_id}`);
  return parts.join(", ");
}

const momentEntry = (moment) => el("li", { class: moment.what },
  el("time", { datetime: moment.at }, clockTime(moment.at)), " ",
  el("span", {}, momentText(moment)));

const momentKey = (moment) => [moment.at, moment.what, moment.seq ?? "",
  moment.fate ?? "", moment.conn ?? ""].join(" ");

// -- all of it ------------------------------------------------------------------------

function showRoom(room) {
  setText(byId("room-title"), room.room);
  showFacts(room);
  memberTable.show(room.members.rows);
  setText(byId("members-count"), room.members.truncated
    ? `${number(room.members.rows.length)} of ${
      plural(room.members.total, "member")}` : "");
  tailFeed.show(room.tail, (message, i) => `${room.head.split(":")[0]}:${
    message.seq ?? i}`, tailEntry);
  setText(byId("tail-note"), room.tail.length > 0 ? ""
    : "Nothing is kept until a v1 client has come and an event after it.");
  timelineFeed.show(room.timeline.rows, momentKey, momentEntry);
  setText(byId("timeline-note"), room.timeline.truncated
    ? `The latest ${number(room.timeline.rows.length)} of ${
      number(room.timeline.total)}.` : "");
  byId("drain").disabled = !room.open || room.members.total === 0;
}
