// The drawing: Redis → broadcaster → shards → dialogs → sockets, a lane for
// each shard. Drawn for the width there is, so that texts keep their size.

const mostLanes = 8;
const wideFrom = 760;

/// What the drawing shows of one look at the hub.
function flowOf(overview, rates, at) {
  const of = (shard, name) =>
    rates.of(`shard:${shard.shard}:${name}`, shard.counters[name], at);
  const lanes = overview.shards.map((shard) => ({
    shard,
    events: of(shard, "events_in"),
    frames: of(shard, "frames_queued"),
    turns: of(shard, "turns"),
    received: of(shard, "messages_received"),
  }));
  const known = lanes.filter(({ events }) => events !== undefined);
  return { overview, lanes,
    events: known.length === 0 ? undefined
      : known.reduce((sum, { events }) => sum + events, 0) };
}

function sourceBox({ source }) {
  const isReady = source.state === "ready";
  const name = source.kind === "redis" ? "Redis" : "Embedded source";
  return { title: name, isSlow: !isReady, kind: "source",
    lines: [isReady ? "ready" : `${source.state} since ${
      clockTime(source.since).slice(0, 8)}`,
      source.kind === "redis" ? `log ${source.log ? "on" : "off"}` : "no log",
      plural(source.reconnects, "reconnect")] };
}

function broadcasterBox({ broadcaster: b }) {
  return { title: "Broadcaster", isSlow: b.slow, kind: "actor",
    lines: [`mailbox ${number(b.mailbox)}`,
      `${number(b.inflight_events)} in flight`,
      b.shard === undefined ? "" : `on shard ${b.shard}`] };
}

function laneBoxes({ shard, events, frames, turns, received }, marks) {
  const mail = shard.dialog_mailboxes;
  return [
    { title: `Shard ${shard.shard}`, isSlow: shard.lag_ms >= marks.lag_ms,
      kind: "shard", lines: [`lag ${milliseconds(shard.lag_ms)}`,
        `${rate(turns)} turns`, bytes(shard.history_bytes)] },
    { title: plural(shard.dialogs, "dialog"), kind: "actor",
      isSlow: mail.longest >= marks.mailbox,
      lines: [`${rate(events)} events`, `mailboxes ${number(mail.all)}`,
        `longest ${number(mail.longest)}`] },
    { title: plural(shard.sockets, "socket"), kind: "socket",
      isSlow: shard.slow_sockets > 0
        || shard.socket_mailboxes.longest >= marks.mailbox,
      lines: [shard.slow_sockets > 0 ? `${number(shard.slow_sockets)} slow`
        : `in ${rate(received)}`, `${rate(frames)} frames`,
        `outbox ${bytes(shard.outbox_bytes)}`] },
  ];
}

// -- drawing ----------------------------------------------------------------------

const boxHeight = 84;

function box(content, x, y, width) {
  const inset = width < 120 ? 8 : 12;
  const texts = content.lines.filter(Boolean).map((line, i) =>
    svg("text", { x: x + inset, y: y + 41 + i * 16, class: "figure" }, line));
  const title = content.isSlow ? `▲ ${content.title}` : content.title;
  return svg("g", { class: `box ${content.kind}${content.isSlow ? " slow" : ""}` },
    svg("rect", { x, y, width, height: boxHeight, rx: 9 }),
    svg("text", { x: x + inset, y: y + 22, class: "name" }, title), ...texts);
}

/// Thicker the more passes: 1 to 6 pixels from nothing to 10,000 a second.
const thickness = (perSecond = 0) => 1.5 + Math.log10(1 + perSecond) * 1.1;

function arrow(points, perSecond, label) {
  const [x, y] = points.at(-1);
  const [fromX, fromY] = points.at(-2);
  const tip = Math.abs(x - fromX) >= Math.abs(y - fromY)
    ? `${x},${y} ${x - 8},${y - 5} ${x - 8},${y + 5}`
    : `${x},${y} ${x - 5},${y - 8} ${x + 5},${y - 8}`;
  const middle = [(fromX + x) / 2, (fromY + y) / 2];
  return svg("g", { class: perSecond > 0 ? "arrow busy" : "arrow" },
    svg("polyline", { points: points.map((p) => p.join(",")).join(" "),
      "stroke-width": thickness(perSecond).toFixed(1) }),
    svg("polygon", { points: tip }),
    label && svg("text", { x: middle[0] - 4, y: middle[1] - 8,
      "text-anchor": "middle" }, label));
}

function drawWide(flow, width, lanes) {
  const gap = width >= 1080 ? 66 : 54;
  const boxWidth = (width - 4 * gap - 4) / 5;
  const left = (column) => 2 + column * (boxWidth + gap);
  const pitch = boxHeight + 16;
  const height = lanes.length * pitch - 16 + 4;
  const middle = height / 2 - boxHeight / 2;
  const parts = [
    arrow([[left(0) + boxWidth, height / 2], [left(1) - 4, height / 2]],
      flow.events, rate(flow.events)),
    box(sourceBox(flow.overview), left(0), middle, boxWidth),
    box(broadcasterBox(flow.overview), left(1), middle, boxWidth)];
  lanes.forEach((lane, i) => {
    const y = 2 + i * pitch;
    const at = y + boxHeight / 2;
    const bend = left(1) + boxWidth + 14;
    parts.push(
      arrow([[left(1) + boxWidth, height / 2], [bend, height / 2], [bend, at],
        [left(2) - 4, at]], lane.events, undefined),
      arrow([[left(2) + boxWidth, at], [left(3) - 4, at]], lane.events,
        rate(lane.events)),
      arrow([[left(3) + boxWidth, at], [left(4) - 4, at]], lane.frames,
        rate(lane.frames)),
      ...laneBoxes(lane, flow.overview.slow_from)
        .map((content, k) => box(content, left(2 + k), y, boxWidth)));
  });
  return { height, parts };
}

function drawNarrow(flow, width, lanes) {
  const gap = 22;
  const half = (width - gap - 4) / 2;
  const inset = 16;
  const lane = width - inset - 2 * 8 - 2;
  const widths = [lane * 0.3, lane * 0.31, lane * 0.39];
  const lefts = [inset, inset + widths[0] + 8, inset + widths[0] + widths[1] + 16];
  const pitch = boxHeight + 12;
  const spine = 5;
  const parts = [
    arrow([[2 + half, 44], [2 + half + gap - 2, 44]], flow.events),
    box(sourceBox(flow.overview), 2, 2, half),
    box(broadcasterBox(flow.overview), 2 + half + gap, 2, half)];
  lanes.forEach((each, i) => {
    const y = boxHeight + 28 + i * pitch;
    const at = y + boxHeight / 2;
    const down = boxHeight + 14;
    const from = 2 + half + gap + half / 2;
    parts.push(
      arrow([[from, boxHeight + 2], [from, down], [spine, down], [spine, at],
        [inset - 1, at]], each.events),
      ...laneBoxes(each, flow.overview.slow_from).map((content, k) =>
        box(content, lefts[k], y, widths[k])));
  });
  return { height: boxHeight + 28 + lanes.length * pitch, parts };
}

function spoken(flow) {
  const { source, broadcaster } = flow.overview;
  const lanes = flow.lanes.map(({ shard, events, frames }) =>
    `Shard ${shard.shard}: ${plural(shard.dialogs, "dialog")}, ` +
    `${rate(events)} events, ${plural(shard.sockets, "socket")}, ` +
    `${rate(frames)} frames, ${number(shard.slow_sockets)} slow.`);
  return `${source.kind} is ${source.state}; ${rate(flow.events)} events to ` +
    `the broadcaster, whose mailbox holds ${number(broadcaster.mailbox)}. ` +
    lanes.join(" ");
}

/// Shows the busiest shards; the table has all of them.
function drawFlow(into, flow) {
  const width = Math.max(240, Math.floor(into.clientWidth));
  const lanes = [...flow.lanes]
    .sort((a, b) => b.shard.slow_sockets - a.shard.slow_sockets ||
      (b.frames ?? 0) - (a.frames ?? 0))
    .slice(0, mostLanes).sort((a, b) => a.shard.shard - b.shard.shard);
  const { height, parts } = (width >= wideFrom ? drawWide : drawNarrow)(
    flow, width, lanes);
  const rest = flow.lanes.length - lanes.length;
  const note = rest > 0 ? svg("text", { x: 4, y: height + 16, class: "figure" },
    `and ${plural(rest, "shard")} more in the table`) : undefined;
  into.replaceChildren(svg("svg", { class: "flow", role: "img", width,
    height: height + (note ? 24 : 2), "aria-label": spoken(flow) },
  ...parts, note ?? ""));
}
