// The live tables: dialogs, sockets, shards.

const slowWord = (row) => (row.slow ? "▲ slow" : "ok");
const roomLink = (row) => `#room=${encodeURIComponent(row.room)}`;

/// A link to the page of a room, as the first cell of a row or inside one.
const roomColumn = { title: "Dialog", sort: "room",
  make: () => el("a"), text: ({ room }) => room,
  value: ({ room }) => room,
  mark: (cell, row) => {
    const link = cell.firstElementChild;
    if (link.getAttribute("href") !== roomLink(row)) {
      link.setAttribute("href", roomLink(row));
    }
  } };

function rolesText({ roles }) {
  const present = Object.entries(roles).filter(([, count]) => count > 0);
  return present.map(([role, count]) => `${count} ${role}`).join(", ") || "nobody";
}

const seqOf = (head) => Number(head.slice(head.lastIndexOf(":") + 1)) || 0;

const behindText = ({ behind }) =>
  (behind > 0 ? plural(behind, "event") : "–");

const roomColumns = [
  roomColumn,
  { title: "State", sort: "slow", isNumber: false, text: slowWord },
  { title: "Members", text: rolesText },
  { title: "Sockets", sort: "sockets", isNumber: true,
    text: ({ sockets }) => number(sockets) },
  { title: "Events", isNumber: true, text: ({ events }) => rate(events) },
  { title: "Head", isNumber: true, text: ({ head }) => number(seqOf(head)) },
  { title: "Behind", sort: "behind", isNumber: true, text: behindText },
  { title: "Outbox", sort: "outbox", isNumber: true,
    text: (row) => bytes(row.outbox_bytes) },
  { title: "Mailbox", sort: "mailbox", isNumber: true,
    text: ({ mailbox }) => number(mailbox) },
  { title: "Shard", isNumber: true, text: ({ shard }) => shard },
];

function socketState({ lagging, slow }) {
  if (lagging) return "▲ lagging";
  return slow ? "▲ slow" : "ok";
}

function closeButton(rowOf) {
  const button = el("button", { type: "button", class: "link danger" }, "Close…");
  button.addEventListener("click", () => closeSocket(rowOf()));
  return button;
}

const age = ({ connected_at: since }) =>
  duration((hubTime() - Date.parse(since)) / 1000);

/// What the table of all sockets and the members of a room have in common.
const socketColumns = [
  { title: "Socket", sort: "conn", make: () => el("code"),
    text: ({ conn }) => conn, value: ({ conn }) => conn },
  { title: "State", sort: "slow", value: (row) => (row.slow ? 0 : 1),
    text: socketState },
  { title: "Role", sort: "role", text: ({ role }) => role,
    value: ({ role }) => role },
  { title: "Speaks", text: ({ dialect, transport }) =>
    (transport === "sse" ? `${dialect}, stream` : dialect) },
  { title: "User", sort: "user", text: (row) => row.user_id || "–",
    value: (row) => row.user_id },
  { title: "Address", sort: "address", text: ({ address }) => address,
    value: ({ address }) => address },
  { title: "Since", sort: "age", text: age,
    value: (row) => Date.parse(row.connected_at) },
  { title: "Sent", isNumber: true, text: (row) => number(row.sent_seq) },
  { title: "Written", isNumber: true, text: (row) => number(row.written_seq) },
  { title: "Acked", isNumber: true, text: (row) => number(row.acked_seq) },
  { title: "Behind", sort: "behind", isNumber: true, text: behindText,
    value: ({ behind }) => behind },
  { title: "Outbox", sort: "outbox", isNumber: true,
    text: (row) => bytes(row.outbox_bytes), value: (row) => row.outbox_bytes },
  { label: "Actions", make: closeButton },
];

const allSocketColumns = [
  ...socketColumns.slice(0, 1).map((column) => ({ ...column, sort: undefined })),
  { ...roomColumn, sort: "room" },
  ...socketColumns.slice(1).map((column) =>
    (column.sort === "role" ? { ...column, sort: undefined } : column)),
];

const counter = (title, name, isRate = true) => ({ title, sort: name,
  isNumber: true, value: (row) => row.counters[name],
  text: (row) => (isRate ? rate(row.rates[name]) : number(row.counters[name])) });

const shardColumns = [
  { title: "Shard", sort: "shard", text: ({ shard }) => `Shard ${shard}`,
    value: ({ shard }) => shard },
  { title: "State", sort: "slow", value: (row) => (row.slow ? 0 : 1),
    text: slowWord },
  { title: "Lag", sort: "lag", isNumber: true, value: (row) => row.lag_ms,
    text: (row) => milliseconds(row.lag_ms) },
  { title: "Dialogs", sort: "dialogs", isNumber: true,
    value: ({ dialogs }) => dialogs, text: ({ dialogs }) => number(dialogs) },
  { title: "Sockets", sort: "sockets", isNumber: true,
    value: ({ sockets }) => sockets, text: ({ sockets }) => number(sockets) },
  { title: "Slow sockets", sort: "slow_sockets", isNumber: true,
    value: (row) => row.slow_sockets, text: (row) => number(row.slow_sockets) },
  counter("Events", "events_in"),
  counter("Frames", "frames_queued"),
  counter("Turns", "turns"),
  { title: "Mailboxes", sort: "mailboxes", isNumber: true,
    value: (row) => row.dialog_mailboxes.all + row.socket_mailboxes.all,
    text: (row) =>
      number(row.dialog_mailboxes.all + row.socket_mailboxes.all) },
  { title: "Outboxes", sort: "outbox", isNumber: true,
    value: (row) => row.outbox_bytes, text: (row) => bytes(row.outbox_bytes) },
  counter("Dropped", "frames_dropped", false),
  counter("Closed 4010", "slow_closed", false),
  counter("Faults", "exceptions", false),
];

/// One tab: where its rows come from and how they are shown.
class List {
  constructor({ path, name, columns, keyOf, caption, sort, empty }) {
    Object.assign(this, { path, name });
    this.table = new LiveTable({ caption, columns, keyOf, sort, empty,
      isSlow: ({ slow }) => slow, onSort: path && (() => beat.now()) });
  }

  /// The rows that match; `overview` has those of the shards already.
  async load(search, overview, rates, signal) {
    if (!this.path) return this.#shards(overview, rates);
    const asked = query({ ...search, sort: this.table.sort, limit: 100 });
    const at = performance.now();
    const { [this.name]: list } = await ask(`${this.path}?${asked}`, undefined,
      signal);
    for (const row of list.rows) {
      if (row.head) row.events = rates.of(`room:${row.room}:${
        row.head.split(":")[0]}`, seqOf(row.head), at);
    }
    return list;
  }

  #shards(overview, rates) {
    const at = performance.now();
    const rows = overview.shards.map((shard) => ({ ...shard,
      rates: Object.fromEntries(Object.entries(shard.counters).map(
        ([name, value]) =>
          [name, rates.of(`shard:${shard.shard}:${name}`, value, at)])) }));
    return { rows, total: rows.length, truncated: overview.truncated };
  }
}

const lists = {
  rooms: new List({ path: "debug/v1/rooms", name: "rooms",
    columns: roomColumns, keyOf: ({ room }) => room, sort: "slow",
    caption: "Dialogs", empty: "No dialog is open that matches." }),
  sockets: new List({ path: "debug/v1/sockets", name: "sockets",
    columns: allSocketColumns, keyOf: ({ conn }) => conn, sort: "slow",
    caption: "Sockets", empty: "No socket is open that matches." }),
  shards: new List({ columns: shardColumns, keyOf: ({ shard }) => shard,
    caption: "Shards", sort: "shard", empty: "No shard has answered." }),
};
