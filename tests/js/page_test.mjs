import assert from "node:assert/strict";
import test from "node:test";
import { FakeWorld, follow, followed, settle }
  from "./support/fake_world.mjs";

test("a page that is shown again asks whether the hub is there", async () => {
  const { world, clock, seen } = await followed();
  world.show(false);
  assert.deepEqual(world.socket.sentOf("ping"), []);
  world.show(true);
  assert.equal(world.socket.sentOf("ping").length, 1);
  world.show(false);
  world.show(true);
  assert.equal(world.socket.sentOf("ping").length, 1); // one question at a time
  world.socket.say({ type: "pong" });
  await clock.advance(5_000);
  assert.deepEqual(seen.closes, []);
});

test("without an answer within 5 s it reconnects at once", async () => {
  const { world, clock } = await followed();
  world.show(false);
  world.show(true);
  await clock.advance(4_999);
  assert.equal(world.sockets.length, 1);
  await clock.advance(1);
  assert.equal(world.sockets.length, 2);
});

test("a frozen page asks when it goes on", async () => {
  const { world } = await followed();
  world.document.fire("freeze");
  world.document.fire("resume");
  assert.equal(world.socket.sentOf("ping").length, 1);
});

test("a page that is shown does not wait for the backoff", async () => {
  const { world } = await followed();
  world.luck = 0.99;
  world.socket.shut(1006);
  world.show(true);
  await settle();
  assert.equal(world.sockets.length, 2);
  world.show(true);
  await settle();
  assert.equal(world.sockets.length, 2); // one attempt at a time
});

test("a hidden page has two timers at most", async () => {
  const { world, clock } = await followed();
  world.show(false);
  world.socket.saySeq(41);
  await clock.advance(2_000);
  assert.equal(clock.pending, 1); // liveness
  world.socket.shut(1006);
  assert.equal(clock.pending, 1); // the backoff
});

test("after a sleep of the machine it asks before it gives up", async () => {
  const { world, clock, seen } = await followed();
  clock.sleep(3_600_000);
  await clock.advance(1);
  assert.equal(world.socket.sentOf("ping").length, 1);
  assert.deepEqual(seen.closes, []);
  await clock.advance(5_000);
  assert.equal(world.sockets.length, 2);
});

test("offline it stops trying; online it tries at once", async () => {
  const { world, clock, hub } = await followed();
  world.network(false);
  assert.equal(world.socket.sentOf("ping").length, 1);
  world.socket.shut(1006);
  assert.equal(hub.state, "offline");
  await clock.advance(29_000);
  assert.equal(world.sockets.length, 1);
  world.network(true);
  await settle();
  assert.equal(world.sockets.length, 2);
});

test("offline ends a wait; a platform that errs is tried every 30 s",
  async () => {
    const { world, clock, hub } = await followed();
    world.socket.shut(1006);
    world.network(false);
    assert.equal(hub.state, "offline");
    await clock.advance(29_999);
    assert.equal(world.sockets.length, 1);
    await clock.advance(1);
    assert.equal(world.sockets.length, 2);
    world.socket.greet("e1:40", { resume: "replayed" });
    assert.equal(hub.state, "live");
  });

test("online asks a connection whether it survived", async () => {
  const { world, clock } = await followed();
  world.window.fire("online");
  assert.equal(world.socket.sentOf("ping").length, 1);
  await clock.advance(5_000);
  assert.equal(world.sockets.length, 2);
});

test("in the back/forward cache there is no socket; back again there is",
  async () => {
    const { world, clock, hub } = await followed();
    world.window.fire("pagehide", { persisted: true });
    assert.equal(hub.state, "suspended");
    assert.equal(world.socket.closedByClient, 1000);
    assert.equal(clock.pending, 0);
    world.window.fire("pageshow", { persisted: true });
    await settle();
    assert.equal(world.sockets.length, 2);
    world.window.fire("pageshow", { persisted: false });
    await settle();
    assert.equal(world.sockets.length, 2);
  });

test("what the application has disconnected the page does not connect",
  async () => {
    const { world, clock, hub } = await followed();
    hub.disconnect();
    world.window.fire("pagehide", { persisted: true });
    world.window.fire("pageshow", { persisted: true });
    world.network(true);
    world.show(true);
    await clock.advance(60_000);
    assert.equal(world.sockets.length, 1);
  });

test("without a page, as in Node, it works as well", async () => {
  const world = new FakeWorld();
  const env = { ...world.env, document: undefined, window: undefined,
    navigator: undefined };
  const { hub, clock } = await follow({ env }, world);
  world.socket.greet("e1:1");
  world.socket.shut(1006);
  await clock.advance(500);
  assert.equal(world.sockets.length, 2);
  hub.close();
});
