// "Why did X not get Y?": asks GET /debug/v1/explain and shows the verdicts.

const goodVerdicts = new Set(["acked", "written"]);
const waitingVerdicts = new Set(["queued", "lagging"]);

function verdictClass(word) {
  if (goodVerdicts.has(word)) return "good";
  return waitingVerdicts.has(word) ? "busy" : "bad";
}

const verdictColumns = [
  { title: "Verdict", sort: "verdict", make: () => el("strong"),
    value: ({ verdict }) => verdict,
    text: ({ verdict }) => verdict.replaceAll("_", " "),
    mark: (cell, { verdict }) =>
      (cell.firstElementChild.className = verdictClass(verdict)) },
  { title: "Why", text: ({ sentence }) => sentence },
  { title: "Socket", make: () => el("code"), text: ({ conn }) => conn ?? "–" },
  { title: "Role", sort: "role", value: ({ role }) => role ?? "",
    text: ({ role }) => role ?? "–" },
  { title: "User", sort: "user", value: ({ user }) => user ?? "",
    text: ({ user }) => user ?? "–" },
];

function eventText(event) {
  const parts = [`${event.fate} on ${event.node === "log" ? "the log"
    : `node ${event.node}`}`];
  if (event.seq !== null) parts.unshift(`event ${event.seq}`);
  if (event.message_id !== null) parts.push(`message id ${
    JSON.stringify(event.message_id)}`);
  if (event.trace_id) parts.push(`trace ${event.trace_id}`);
  if (event.published_at) parts.push(`at ${clockTime(event.published_at)}`);
  parts.push(`for ${audienceText(event.audience)}`);
  return parts.join(" · ");
}

const verdictTable = new LiveTable({ caption: "Verdicts",
  columns: verdictColumns, sort: "verdict", empty: "No verdict.",
  keyOf: (row) => `${row.node ?? ""}:${row.conn ?? "nobody"}` });

function showVerdicts(answer) {
  const facts = answer.events.map((event) => el("li", {}, eventText(event)));
  const doubts = answer.doubts.map((doubt) =>
    el("li", { class: "wrong" }, `▲ ${doubt}`));
  verdictTable.show(answer.verdicts);
  byId("verdicts").replaceChildren(
    el("ul", { class: "plain" }, ...facts, ...doubts), verdictTable.element);
}

function refuseVerdicts(error) {
  byId("verdicts").replaceChildren(el("p", { class: "wrong" }, error.message));
}

/// Asks for the room that is shown.
async function explain(room, form) {
  const asked = { room };
  for (const name of ["seq", "message_id", "trace_id", "user", "conn"]) {
    asked[name] = form.elements[name].value.trim();
  }
  if (!asked.seq && !asked.message_id && !asked.trace_id) {
    refuseVerdicts(new Error("Name the event: its number, its message id or " +
      "its trace id."));
    return;
  }
  try {
    showVerdicts(await ask(`debug/v1/explain?${query(asked)}`));
  } catch (error) {
    refuseVerdicts(error);
  }
}

/// Empties the form and its answer: another room is shown.
function forgetVerdicts() {
  byId("explain").reset();
  byId("verdicts").replaceChildren();
}
