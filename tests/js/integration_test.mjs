// The client against the real program, with a network that fails.
import assert from "node:assert/strict";
import test from "node:test";
import { connect } from "../../protocol/js/wsgw.js";
import { Gateway, pause, until } from "./support/gateway.mjs";
import { MiddleMan } from "./support/middle_man.mjs";

const quick = { WS_PING_INTERVAL_SECONDS: "0.3",
  WS_PONG_TIMEOUT_SECONDS: "0.9" };

/// Follows through `man`; `texts` are those of the messages it was given.
function follow(t, gateway, man, options = {}) {
  const hub = connect({ ...gateway.optionsFor("admin"), url: man.url,
    ...options });
  t.after(() => hub.close());
  const seen = { texts: [], resets: [], lags: 0, hub, errors: [] };
  hub.on("event", ({ data }) => void seen.texts.push(data.text));
  hub.on("reset", ({ reason }) => void seen.resets.push(reason));
  hub.on("state", ({ state }) => (seen.lags += state === "lagging" ? 1 : 0));
  hub.on("error", (error) => seen.errors.push(error));
  return seen;
}

async function live(...all) {
  await until("live", () => all.every(({ hub }) => hub.state === "live"));
}

const numbered = (count) => Array.from({ length: count }, (_, i) => `m${i}`);

async function between(t, settings = {}) {
  const gateway = await Gateway.start(t, settings);
  return { gateway, man: await MiddleMan.start(t, gateway.port) };
}

/// Posts `count` messages; the network is cut during seven of each twenty.
async function postWhileCut(gateway, man, count, seen) {
  for (const text of numbered(count)) {
    const turn = Number(text.slice(1));
    if (turn % 20 === 10) man.cut();
    await gateway.post(text);
    await pause(5);
    if (turn % 20 !== 17) continue;
    man.heal();
    await live(seen);
  }
}

for (const transport of ["websocket", "sse"]) {
  test(`by ${transport} nothing is lost or doubled over cuts`, async (t) => {
    const { gateway, man } = await between(t, quick);
    const seen = follow(t, gateway, man, { transport });
    await live(seen);
    assert.equal(seen.hub.transport, transport);
    await postWhileCut(gateway, man, 200, seen);
    await until("all there", () => seen.texts.length >= 200);
    assert.deepEqual(seen.texts, numbered(200));
    assert.deepEqual(seen.resets, []);
    assert.equal(seen.hub.info().reconnects, 10);
  });
}

test("a connection that goes silent is left and resumed", async (t) => {
  const { gateway, man } = await between(t, quick);
  const seen = follow(t, gateway, man, { connectTimeoutMs: 1000 });
  await live(seen);
  await gateway.post("m0");
  await until("the first", () => seen.texts.length === 1);
  man.mute();
  await gateway.post("m1");
  await until("noticed", () => seen.hub.state !== "live", 5000);
  man.heal();
  await until("the second", () => seen.texts.length === 2);
  assert.deepEqual(seen.texts, ["m0", "m1"]);
});

test("any single lost frame is noticed and repaired, the last one, too",
  async (t) => {
    const { gateway, man } = await between(t, quick);
    const seen = follow(t, gateway, man);
    await live(seen);
    for (const text of numbered(30)) {
      let isDue = true;
      man.lose((frame) => {
        const isHit = isDue && frame.includes('"type":"event"');
        if (isHit) isDue = false;
        return isHit;
      });
      await gateway.post(text);
      const count = Number(text.slice(1)) + 1;
      if (count % 3 > 0) continue; // others are lost before it is noticed
      await until("repaired", () => seen.texts.length === count, 3000);
    }
    man.lose(() => false);
    await until("all there", () => seen.texts.length >= 30);
    assert.deepEqual(seen.texts, numbered(30));
    assert.ok(man.lost >= 10, String(man.lost));
    assert.equal(seen.hub.info().reconnects, 0);
  });

test("where WebSocket does not get through, a stream does", async (t) => {
  const { gateway, man } = await between(t);
  man.refuse((bytes) => /^upgrade: websocket/im.test(bytes));
  const seen = follow(t, gateway, man);
  await live(seen);
  assert.equal(seen.hub.transport, "sse");
  await gateway.post("m0");
  await until("it", () => seen.texts.length === 1);
  assert.deepEqual(seen.texts, ["m0"]);
});

test("more than fits the outbox is pulled in pages", async (t) => {
  const { gateway, man } = await between(t,
    { WS_OUTBOX_BYTES: "65536", WS_HISTORY_SIZE: "2000" });
  const seen = follow(t, gateway, man);
  await live(seen);
  seen.hub.disconnect();
  const texts = numbered(300).map((text) => text.padEnd(1000, "."));
  for (const text of texts) await gateway.post(text);
  seen.hub.reconnect();
  await until("all there", () => seen.texts.length >= 300);
  assert.deepEqual(seen.texts, texts);
  assert.deepEqual(seen.resets, []);
  assert.equal(seen.lags, 1);
  await live(seen);
});

test("what the hub does not keep any more is a reset", async (t) => {
  const { gateway, man } = await between(t, { WS_HISTORY_SIZE: "10" });
  const seen = follow(t, gateway, man);
  await live(seen);
  await gateway.post("first");
  await until("it", () => seen.texts.length === 1);
  seen.hub.disconnect();
  for (const text of numbered(30)) await gateway.post(text);
  seen.hub.reconnect();
  await until("reset", () => seen.resets.length === 1);
  await gateway.post("last");
  await until("last", () => seen.texts.length === 2);
  assert.deepEqual(seen.resets, ["trimmed"]);
  assert.deepEqual(seen.texts, ["first", "last"]);
});

test("typing, read marks and presence pass between roles", async (t) => {
  const { gateway, man } = await between(t);
  const admin = follow(t, gateway, man);
  const widget = follow(t, gateway, man, gateway.optionsFor("widget"));
  const notices = [];
  admin.hub.on("ephemeral", ({ name, data }) =>
    notices.push([name, data.role, data.seq]));
  await live(admin, widget);
  await until("presence", () => admin.hub.presence?.widget === 1);
  assert.deepEqual(admin.hub.presence, { admin: 1, widget: 1, site: 0 });
  await gateway.post("m0");
  await until("it", () => widget.texts.length === 1);
  widget.hub.typing("start");
  widget.hub.read(1);
  widget.hub.typing("stop");
  await until("notices", () => notices.length === 3);
  assert.deepEqual(notices, [["typing_start", "widget", undefined],
    ["read", "widget", 1], ["typing_stop", "widget", undefined]]);
});

test("the hub knows what the application has processed", async (t) => {
  const { gateway, man } = await between(t);
  const seen = follow(t, gateway, man, { ackMs: 20 });
  await live(seen);
  for (const text of numbered(5)) await gateway.post(text);
  await until("acknowledged", async () => {
    const page = await fetch(`${gateway.url}debug/connections`);
    const { connections } = await page.json();
    return connections.some(({ acked_seq: seq }) => seq === 5);
  });
  assert.equal(seen.hub.info().acked, 5);
});

test("a hub that drains sends its clients to another one", async (t) => {
  const first = await Gateway.start(t, { WS_DRAIN_SPREAD: "1s" });
  const second = await Gateway.start(t);
  const drains = [];
  const hub = connect({ ...first.optionsFor("admin"), token: () =>
    (hub.info().conn ? second : first).session.admin_token,
  tokenPerAttempt: true, endpoints: [first.url, second.url] });
  t.after(() => hub.close());
  hub.on("drain", (drain) => drains.push(drain));
  hub.on("event", () => {});
  await live({ hub });
  assert.equal(await first.stop(), 0);
  await until("there", () => hub.state === "live");
  assert.equal(drains.length, 1);
});
