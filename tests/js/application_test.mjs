import assert from "node:assert/strict";
import test from "node:test";
import { connect } from "../../protocol/js/wsgw.js";
import { FakeWorld, eventFrame, follow, followed, settle }
  from "./support/fake_world.mjs";

/// A promise that the test fulfils.
function promise() {
  const out = {};
  out.wait = new Promise((done) => (out.done = done));
  return out;
}

test("an event waits until the handler of the one before is done", async () => {
  const { hub, world } = await followed();
  const seen = [];
  const first = promise();
  hub.on("event", (event) => {
    seen.push(event.seq);
    return event.seq === 41 ? first.wait : undefined;
  });
  world.socket.saySeq(41, 42);
  await settle();
  assert.deepEqual(seen, [41]);
  assert.equal(hub.cursor, "e1:40");
  first.done();
  await settle();
  assert.deepEqual(seen, [41, 42]);
  assert.equal(hub.cursor, "e1:42");
});

test("events wait for the first listener", async () => {
  const world = new FakeWorld();
  const hub = connect({ url: "http://hub.test/", dialogId: 10, token: "t",
    env: world.env });
  await settle();
  world.socket.greet("e1:40");
  world.socket.saySeq(41);
  await settle();
  assert.equal(hub.cursor, "e1:40");
  const seen = [];
  hub.on("event", (event) => void seen.push(event.seq));
  await settle();
  assert.deepEqual(seen, [41]);
  assert.equal(hub.cursor, "e1:41");
});

test("what is processed is acknowledged, merged to one in a second",
  async () => {
    const { world, clock, hub } = await followed();
    world.socket.saySeq(41, 42, 43);
    await clock.advance(999);
    assert.deepEqual(world.socket.sentOf("ack"), []);
    await clock.advance(1);
    assert.deepEqual(world.socket.sentOf("ack"), [{ type: "ack", seq: 43 }]);
    assert.equal(hub.info().acked, 43);
    await clock.advance(5_000);
    assert.equal(world.socket.sentOf("ack").length, 1);
  });

test("with manualAck only the application acknowledges", async () => {
  const { world, hub } = await followed("e1:40", { manualAck: true });
  world.socket.saySeq(41, 42);
  await settle();
  assert.equal(hub.cursor, "e1:40");
  hub.ack(99); // never seen
  assert.equal(hub.cursor, "e1:40");
  hub.ack(41);
  assert.equal(hub.cursor, "e1:41");
  hub.ack(40); // never back
  assert.equal(hub.cursor, "e1:41");
  world.socket.say({ type: "skip", seq: 44, cursor: "e1:44" });
  assert.equal(hub.cursor, "e1:41");
  hub.ack(eventFrame(42));
  assert.equal(hub.cursor, "e1:44"); // the rest was not for us
  world.socket.say({ type: "ping", seq: 44 });
  assert.deepEqual(world.socket.sentOf("pong"), [{ type: "pong", seq: 44 }]);
});

test("a handler may acknowledge what it is just given", async () => {
  const { world, hub } = await followed("e1:40", { manualAck: true });
  hub.on("event", (event) => hub.ack(event));
  world.socket.saySeq(41);
  await settle();
  assert.equal(hub.cursor, "e1:41");
});

test("a handler that fails is told of and does not stop the rest", async () => {
  const { world, hub, seen, seqs } = await followed();
  hub.on("event", (event) => {
    if (event.seq === 41) throw new Error("no");
  });
  hub.on("event", async (event) => {
    if (event.seq === 42) throw new Error("neither");
  });
  world.socket.saySeq(41, 42, 43);
  await settle();
  assert.deepEqual(seqs(), [41, 42, 43]);
  assert.deepEqual(seen.errors, ["handler", "handler"]);
});

test("an iterator gives events and ends with close", async () => {
  const { world, hub } = await followed();
  const got = [];
  const loop = (async () => {
    for await (const event of hub) {
      got.push([event.seq, hub.cursor]);
      if (event.seq === 42) hub.close();
    }
  })();
  await settle();
  world.socket.saySeq(41, 42);
  await loop;
  // An event is processed when the next one is asked for.
  assert.deepEqual(got, [[41, "e1:40"], [42, "e1:41"]]);
});

test("a slow application bounds what waits, and loses nothing", async () => {
  const { world, hub, clock } = await followed("e1:0",
    { maxQueued: 4, pageSize: 2 });
  let gate = promise();
  const seen = [];
  hub.on("event", (event) => {
    seen.push(event.seq);
    return gate.wait;
  });
  world.socket.saySeq(1, 2, 3, 4, 5, 6, 7);
  await settle();
  assert.equal(hub.info().queued, 4);
  assert.equal(world.socket.sentOf("pull").length, 0);
  const answered = new Set();
  for (let turn = 0; seen.length < 7 && turn < 20; turn++) {
    const now = gate;
    gate = promise();
    now.done();
    await settle();
    for (const { after } of world.socket.sentOf("pull")) {
      if (answered.has(after)) continue;
      answered.add(after);
      const to = Math.min(after + 2, 7);
      for (let seq = after + 1; seq <= to; seq++) world.socket.saySeq(seq);
      world.socket.say({ type: "page", after, to, more: to < 7 });
    }
    assert.ok(hub.info().queued <= 4);
    await clock.advance(0);
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7]);
});

test("an event for which there was no room is not skipped by a page",
  async () => {
    const { world, hub } = await followed("e1:0",
      { maxQueued: 2, pageSize: 10 });
    const gate = promise();
    const seen = [];
    hub.on("event", (event) => {
      seen.push(event.seq);
      return gate.wait;
    });
    world.socket.say({ type: "ping", seq: 4 });
    world.socket.saySeq(1, 2, 3);
    world.socket.say({ type: "page", after: 0, to: 4, more: false });
    world.socket.say({ type: "skip", seq: 5, cursor: "e1:5" });
    gate.done();
    await settle();
    assert.deepEqual(seen, [1, 2]);
    assert.equal(world.socket.sentOf("pull").at(-1).after, 2);
    world.socket.saySeq(3);
    world.socket.say({ type: "skip", seq: 5, cursor: "e1:5" });
    world.socket.say({ type: "page", after: 2, to: 5, more: false });
    await settle();
    assert.deepEqual(seen, [1, 2, 3]);
    assert.equal(hub.cursor, "e1:5");
  });

test("skips behind a slow handler take one place", async () => {
  const { world, hub } = await followed();
  const gate = promise();
  hub.on("event", () => gate.wait);
  world.socket.saySeq(41);
  for (let seq = 42; seq < 99; seq++) {
    world.socket.say({ type: "skip", seq, cursor: `e1:${seq}` });
  }
  assert.equal(hub.info().queued, 2);
  gate.done();
  await settle();
  assert.equal(hub.cursor, "e1:98");
});

test("a reset on a live connection comes in order and moves on when handled",
  async () => {
    const { hub, world, seen } = await followed();
    const refetched = promise();
    const order = [];
    hub.on("event", (event) => void order.push(event.cursor));
    hub.on("reset", () => {
      order.push("reset");
      return refetched.wait;
    });
    world.socket.saySeq(41);
    world.socket.say({ type: "reset", reason: "broker_lost_tail",
      cursor: "e2:5" });
    world.socket.say(eventFrame(6, { cursor: "e2:6" }));
    world.socket.say({ type: "ping", seq: 6 });
    await settle();
    assert.deepEqual(order, ["e1:41", "reset"]);
    assert.equal(hub.cursor, "e1:41");
    assert.deepEqual(world.socket.sentOf("pong"), [{ type: "pong" }]);
    refetched.done();
    await settle();
    assert.deepEqual(order, ["e1:41", "reset", "e2:6"]);
    assert.equal(hub.cursor, "e2:6");
    assert.deepEqual(seen.resets,
      [{ reason: "broker_lost_tail", cursor: "e2:5" }]);
  });

test("typing is not repeated within two seconds", async () => {
  const { hub, world, clock } = await followed();
  assert.equal(hub.typing(), true);
  assert.equal(hub.typing("start"), false);
  assert.equal(hub.typing("stop"), true);
  assert.equal(hub.typing(), true);
  await clock.advance(2_000);
  assert.equal(hub.typing(), true);
  assert.deepEqual(world.socket.sentOf("typing").map((f) => f.state),
    ["start", "stop", "start", "start"]);
  world.socket.bufferedAmount = 1e6;
  assert.equal(hub.typing("stop"), false);
});

test("a read mark only rises and waits for a connection", async () => {
  const { hub, world, clock } = await followed();
  assert.equal(hub.read(38), true);
  assert.equal(hub.read(37), false);
  assert.equal(hub.read(39), false); // later, with those that come until then
  assert.equal(hub.read(40), false);
  await clock.advance(500);
  assert.deepEqual(world.socket.sentOf("read").map((f) => f.seq), [38, 40]);
  world.socket.shut();
  assert.equal(hub.read(41), false);
  assert.equal(hub.read(42), false);
  await clock.advance(1_500);
  world.socket.greet("e1:42", { resume: "replayed" });
  assert.deepEqual(world.socket.sentOf("read"), [{ type: "read", seq: 42 }]);
});

test("presence is shown as the hub counts it", async () => {
  const { hub, world, seen } = await followed();
  const counts = { admin: 1, widget: 2, site: 0 };
  world.socket.say({ type: "presence", ...counts });
  assert.deepEqual(seen.presence, [counts]);
  assert.deepEqual(hub.presence, counts);
});

test("wrong options are refused at once", async () => {
  for (const wrong of [{ url: undefined }, { role: "king" },
    { dialogId: undefined }, { transport: "pigeon" }]) {
    await assert.rejects(follow(wrong), TypeError);
  }
});
