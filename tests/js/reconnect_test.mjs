import assert from "node:assert/strict";
import test from "node:test";
import { connect } from "../../protocol/js/wsgw.js";
import { FakeWorld, eventFrame, follow, followed, settle }
  from "./support/fake_world.mjs";

test("a broken connection comes back with the cursor and goes on", async () => {
  const { world, clock, seen, seqs, hub } = await followed();
  world.socket.saySeq(41);
  world.socket.shut(1006);
  await clock.advance(499);
  assert.equal(world.sockets.length, 1);
  await clock.advance(1);
  assert.equal(world.sockets.length, 2);
  assert.equal(world.socket.url.searchParams.get("cursor"), "e1:41");
  world.socket.greet("e1:43", { resume: "replayed", replay: 2 });
  world.socket.say(eventFrame(42, { replay: true }));
  world.socket.say(eventFrame(43, { replay: true }));
  world.socket.saySeq(44);
  await settle();
  assert.deepEqual(seqs(), [41, 42, 43, 44]);
  assert.deepEqual(seen.states, ["connecting", "live", "waiting", "connecting",
    "live"]);
  assert.equal(hub.info().reconnects, 1);
});

test("a cursor that cannot be continued is told as a reset", async () => {
  const { world, clock, seen, hub } = await followed();
  world.socket.shut(1006);
  await clock.advance(500);
  world.socket.greet("e2:7", { resume: "reset", reason: "trimmed" });
  world.socket.say(eventFrame(8, { cursor: "e2:8" }));
  await settle();
  assert.deepEqual(seen.resets, [{ reason: "trimmed", cursor: "e2:7" }]);
  assert.deepEqual(seen.events.map((event) => event.cursor), ["e2:8"]);
  assert.equal(hub.cursor, "e2:8");
});

test("a hub that forgot our cursor wordlessly is a reset, too", async () => {
  const { world, clock, seen } = await followed();
  world.socket.shut(1006);
  await clock.advance(500);
  world.socket.greet("e2:7");
  await settle();
  assert.deepEqual(seen.resets, [{ reason: "epoch", cursor: "e2:7" }]);
});

test("an event of another epoch is never mixed in", async () => {
  const { world, seqs } = await followed();
  world.socket.say(eventFrame(41, { cursor: "e2:41" }));
  await settle();
  assert.deepEqual(seqs(), []);
  assert.equal(world.sockets.length, 2); // at once
  assert.equal(world.socket.url.searchParams.get("cursor"), "e1:40");
});

test("the delay grows by decorrelated jitter from 0.5 s to 30 s", async () => {
  for (const [luck, expected] of [
    [0, [500, 500, 500, 500]],
    [0.999999, [1500, 4500, 13500, 30000, 30000]],
    [0.5, [1000, 1750, 2875, 4563]],
  ]) {
    const { world, clock, seen } = await follow({ transport: "websocket" });
    world.luck = luck;
    for (const ms of expected) {
      world.socket.shut(1006);
      assert.equal(Math.round(seen.closes.at(-1).delayMs), ms);
      await clock.advance(ms);
    }
    assert.equal(world.sockets.length, expected.length + 1);
  }
});

test("a connection that lived ten seconds starts the delays anew", async () => {
  const { world, clock, seen } = await follow({ transport: "websocket" });
  world.luck = 0.999999;
  for (const expected of [1500, 4500]) {
    world.socket.shut(1006);
    assert.equal(Math.round(seen.closes.at(-1).delayMs), expected);
    await clock.advance(4_500);
  }
  world.socket.greet("e1:1");
  await clock.advance(9_999);
  world.socket.shut(1006);
  assert.equal(Math.round(seen.closes.at(-1).delayMs), 13_500);
  await clock.advance(13_500);
  world.socket.greet("e1:1", { resume: "replayed" });
  await clock.advance(10_000);
  world.socket.shut(1006);
  assert.equal(Math.round(seen.closes.at(-1).delayMs), 1500);
});

test("a single-use ticket is asked for before every attempt", async () => {
  let asked = 0;
  const { world, clock } = await followed("e1:40", { role: "widget",
    tokenPerAttempt: true,
    token: () => ({ ticket: `k${++asked}`, assistant_id: 3 }) });
  assert.equal(world.socket.url.pathname, "/ws/widget/dialogs/10");
  assert.equal(world.socket.url.searchParams.get("ticket"), "k1");
  assert.equal(world.socket.url.searchParams.get("assistant_id"), "3");
  world.socket.shut(1006);
  await clock.advance(500);
  assert.equal(world.socket.url.searchParams.get("ticket"), "k2");
});

test("a token hook that fails is asked again after the backoff", async () => {
  let asked = 0;
  const { world, clock, seen } = await follow({ token: async () => {
    if (++asked < 3) throw new Error("backend away");
    return "t";
  } });
  assert.deepEqual(seen.errors, ["token"]);
  await clock.advance(500);
  await clock.advance(500);
  assert.equal(asked, 3);
  assert.equal(world.sockets.length, 1);
});

test("before the token expires a new one is sent", async () => {
  const asked = [];
  const { world } = await followed("e1:40", { token: async (why) => {
    asked.push(why);
    return `t${asked.length}`;
  } });
  world.socket.say({ type: "expiring", in_ms: 60000 });
  await settle();
  assert.deepEqual(asked, ["connect", "expiring"]);
  assert.deepEqual(world.socket.sentOf("refresh"),
    [{ type: "refresh", token: "t2" }]);
});

test("after a drain frame we come back at once when the hub closes",
  async () => {
    const { world, clock, seqs } = await followed();
    world.socket.say({ type: "drain", retry_after_ms: 2300, cursor: "e1:40" });
    world.socket.saySeq(41);
    await clock.advance(2_200);
    assert.equal(world.sockets.length, 1);
    world.socket.shut(1012, "Service restarting");
    await settle();
    assert.equal(world.sockets.length, 2);
    assert.equal(world.socket.url.searchParams.get("cursor"), "e1:41");
    assert.deepEqual(seqs(), [41]);
  });

test("at the slot we leave by ourselves when the hub does not close",
  async () => {
    const { world, clock } = await followed();
    const [old] = world.sockets;
    world.socket.say({ type: "drain", retry_after_ms: 2300, cursor: "e1:40" });
    await clock.advance(3_300);
    assert.equal(world.sockets.length, 2);
    assert.equal(old.closedByClient, 1000);
  });

test("a code that says no is heeded during a drain as well", async () => {
  const { world, hub } = await followed();
  world.socket.say({ type: "drain", retry_after_ms: 2300, cursor: "e1:40" });
  world.socket.shut(4011, "Revoked");
  assert.equal(hub.state, "closed");
});

test("an attempt that gets no hello in 10 s is given up", async () => {
  const { world, clock, seen } = await follow();
  const [first] = world.sockets;
  first.open();
  await clock.advance(10_000);
  assert.equal(first.closedByClient, 1000);
  assert.equal(seen.closes[0].reason, "no answer in time");
  await clock.advance(500);
  assert.equal(world.sockets.length, 2);
});

test("a connection without any frame for pong_ms is dead", async () => {
  const { world, clock, seen } = await followed();
  await clock.advance(30_000);
  world.socket.say({ type: "ping", seq: 40 });
  await clock.advance(39_999);
  assert.equal(seen.closes.length, 0);
  await clock.advance(1);
  assert.equal(seen.closes[0].reason, "no answer");
});

test("several hubs are tried in turn", async () => {
  const { world, clock } = await follow({ transport: "websocket",
    endpoints: ["https://a.test/gw", "wss://b.test/"] });
  const { href } = world.socket.url;
  assert.match(href, /^wss:\/\/a\.test\/gw\/ws\/dialogs\/10\?/);
  world.socket.shut(1006);
  await clock.advance(500);
  assert.match(world.socket.url.href, /^wss:\/\/b\.test\/ws\/dialogs\/10\?/);
  world.socket.shut(1006);
  await clock.advance(500);
  assert.match(world.socket.url.href, /^wss:\/\/a\.test\//);
});

test("disconnect keeps the cursor, reconnect comes back with it", async () => {
  const { world, clock, hub } = await followed();
  world.socket.saySeq(41);
  hub.disconnect();
  assert.equal(hub.state, "suspended");
  assert.equal(clock.pending, 0);
  await clock.advance(100_000);
  assert.equal(world.sockets.length, 1);
  hub.reconnect();
  await settle();
  assert.equal(world.socket.url.searchParams.get("cursor"), "e1:41");
});

test("close leaves no timer, no socket and no listener", async () => {
  const stages = [
    (world) => world,
    (world) => world.socket.greet("e1:1"),
    (world) => {
      world.socket.greet("e1:1");
      world.socket.saySeq(2, 4);
      world.show(true);
      world.socket.say({ type: "drain", retry_after_ms: 9, cursor: "e1:2" });
    },
    (world) => world.socket.shut(1006),
  ];
  for (const stage of stages) {
    const { world, clock, hub, seqs } = await follow();
    stage(world);
    await settle();
    const before = seqs().length;
    hub.close();
    hub.close();
    assert.equal(hub.state, "closed");
    assert.equal(clock.pending, 0);
    assert.equal(world.window.count + world.document.count, 0);
    assert.equal(world.socket.readyState, 3);
    world.network(true);
    hub.reconnect();
    await clock.advance(100_000);
    assert.equal(world.sockets.length, 1);
    assert.equal(seqs().length, before);
  }
});

test("there is never more than one attempt at a time", async () => {
  const { world, hub } = await follow({ token: async () => "t" });
  for (let turn = 0; turn < 3; turn++) {
    hub.reconnect();
    world.network(true);
    world.show(true);
    await settle();
  }
  assert.equal(world.sockets.length, 1);
  world.socket.greet("e1:1");
  hub.reconnect();
  await settle();
  assert.equal(world.sockets.length, 1);
});

test("close before the first attempt makes none", async () => {
  const world = new FakeWorld();
  const hub = connect({ url: "http://hub.test/", dialogId: 10, token: "t",
    env: world.env });
  hub.close();
  await settle();
  assert.equal(world.sockets.length, 0);
});
