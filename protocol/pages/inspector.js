// The whole page: what is shown, and the beat that keeps it up to date.

const rates = new Rates();
const view = { tab: "rooms", room: "" };
let clockSkew = 0; // the hub's clock minus ours
let lastGood;
let isAskingForBearer = false;
let flow;

const hubTime = () => Date.now() + clockSkew;

// -- where we are: #room=dialog%3A10 or #tab=sockets&q=10&by=user -----------------

function readPlace() {
  const place = new URLSearchParams(location.hash.slice(1));
  const before = view.room;
  view.room = place.get("room") ?? "";
  if (place.get("tab") in lists) view.tab = place.get("tab");
  byId("q").value = place.get("q") ?? (view.room ? byId("q").value : "");
  if (place.get("by")) byId("by").value = place.get("by");
  const isRoom = view.room !== "";
  byId("room").hidden = !isRoom;
  byId("lists").hidden = byId("flow-section").hidden = isRoom;
  if (isRoom && view.room !== before) {
    setText(byId("room-title"), view.room);
    forgetVerdicts();
    byId("room-title").focus();
  } else if (!isRoom && before) {
    byId("content").focus();
  }
  showTabs();
  beat.now();
}

function writePlace() {
  const { q, by } = search();
  const hash = query({ tab: view.tab, q, by: by === "anything" ? "" : by });
  history.replaceState(null, "", `#${hash}`);
  byId("back").href = `#${hash}`;
}

const search = () => ({ q: byId("q").value.trim(), by: byId("by").value });

function showTabs() {
  for (const name of Object.keys(lists)) {
    const tab = byId(`tab-${name}`);
    tab.setAttribute("aria-selected", name === view.tab);
    tab.tabIndex = name === view.tab ? 0 : -1;
  }
  byId("panel").setAttribute("aria-labelledby", `tab-${view.tab}`);
  const { element } = lists[view.tab].table;
  if (byId("panel").firstElementChild !== element) {
    byId("panel").replaceChildren(element);
  }
}

function choose(name) {
  view.tab = name;
  showTabs();
  writePlace();
  beat.now();
}

// -- what the hub says --------------------------------------------------------------

function showNode(overview) {
  clockSkew = Date.parse(overview.now) - Date.now();
  setText(byId("node"), `node ${overview.node || "–"} · ${overview.version} · ` +
    `up ${duration(overview.uptime_seconds)} · ` +
    `${plural(overview.connections, "connection")}` +
    (overview.draining ? " · draining" : ""));
  const marks = overview.slow_from;
  setText(byId("marks"), `Slow: lagging, ${bytes(marks.outbox_bytes)} in an ` +
    `outbox, ${number(marks.mailbox)} in a mailbox, ${marks.lag_ms} ms until a turn.`);
  if (view.room === "") drawFlow(byId("flow"), flow);
}

async function look(signal) {
  const at = performance.now();
  const overview = await ask("debug/v1/overview", undefined, signal);
  flow = flowOf(overview, rates, at);
  showNode(overview);
  if (view.room) {
    const { room } = view;
    const shown = await ask(`debug/v1/room?${query({ room })}`, undefined,
      signal);
    if (room === view.room) showRoom(shown);
  } else {
    const list = lists[view.tab];
    const found = await list.load(search(), overview, rates, signal);
    if (list !== lists[view.tab]) return;
    list.table.show(found.rows);
    setText(byId("count"), found.rows.length < found.total
      ? `${number(found.rows.length)} of ${number(found.total)}; search for ` +
        "the others." : `${number(found.total)} in all.`);
  }
  rates.tidy(at);
}

// -- how it goes ----------------------------------------------------------------------

function showPulse(state, words) {
  byId("pulse").dataset.state = state;
  setText(byId("pulse"), words);
  document.body.classList.toggle("stale", state === "away");
}

function showBanner(words) {
  byId("banner").hidden = words === "";
  setText(byId("banner"), words);
}

function showAway(error) {
  const since = lastGood ? ` since ${clockTime(lastGood).slice(0, 8)}` : "";
  showPulse("away", "away");
  showBanner(error instanceof Refusal
    ? `The hub refuses: ${error.message}`
    : `▲ The hub does not answer${since}. Trying again every two seconds.`);
}

function showLocked(error) {
  showPulse("away", "locked");
  showBanner(error.status === 401 ? "The hub does not know this bearer."
    : "From here the hub asks for the bearer of its debug pages.");
  if (isAskingForBearer || document.querySelector("dialog[open]")) return;
  isAskingForBearer = true; // once; the button asks again
  enterBearer();
}

const beat = new Beat(async (signal) => {
  try {
    await look(signal);
    lastGood = Date.now();
    showPulse(beat.isPaused ? "paused" : "live", beat.isPaused ? "paused" : "live");
    showBanner("");
  } catch (error) {
    if (error instanceof Refusal && error.isAboutAccess) showLocked(error);
    else showAway(error);
  }
});

// -- wiring -----------------------------------------------------------------------------

for (const name of Object.keys(lists)) {
  byId(`tab-${name}`).addEventListener("click", () => choose(name));
  byId(`tab-${name}`).addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const names = Object.keys(lists);
    const next = names[(names.indexOf(name) + step + names.length) % names.length];
    choose(next);
    byId(`tab-${next}`).focus();
  });
}
byId("search").addEventListener("input", () => {
  writePlace();
  beat.now();
});
byId("search").addEventListener("submit", (event) => event.preventDefault());
byId("explain").addEventListener("submit", (event) => {
  event.preventDefault();
  explain(view.room, event.target);
});
byId("pause").addEventListener("click", () => {
  const isPaused = !beat.isPaused;
  byId("pause").setAttribute("aria-pressed", isPaused);
  setText(byId("pause"), isPaused ? "Go on" : "Pause");
  beat.pause(isPaused);
});
byId("bearer-button").addEventListener("click", () => enterBearer());
byId("drain").addEventListener("click", () => drainRoom(view.room));
addEventListener("hashchange", readPlace);
new ResizeObserver(() => flow && view.room === "" && drawFlow(byId("flow"), flow))
  .observe(byId("flow"));
readPlace();
