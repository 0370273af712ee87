import assert from "node:assert/strict";
import test from "node:test";
import { eventFrame, follow, followed, settle } from "./support/fake_world.mjs";

test("a client says v1 in both ways and its token by its role", async () => {
  const { world } = await follow({ role: "site", params: { assistant_id: 3 } });
  assert.equal(world.socket.url.href,
    "ws://hub.test/ws/site/dialogs/10?assistant_id=3&site_token=t&v=1");
  assert.deepEqual(world.socket.protocols, ["wsgw.v1"]);
});

test("events come once and in order", async () => {
  const { world, seqs, hub } = await followed();
  world.socket.saySeq(41, 42, 42, 41, 43);
  await settle();
  assert.deepEqual(seqs(), [41, 42, 43]);
  assert.equal(hub.info().duplicates, 2);
  assert.equal(hub.cursor, "e1:43");
});

test("an event carries name, data, time, cursor and whether it is old",
  async () => {
    const { world, seen } = await followed();
    world.socket.say(eventFrame(41, { replay: true }));
    await settle();
    assert.deepEqual(seen.events, [{ seq: 41, cursor: "e1:41",
      name: "message:new", data: { id: 41 }, ts: "2026-01-01T00:00:00.000Z",
      replay: true }]);
  });

test("behind a hole nothing is given out; the hole is pulled", async () => {
  const { world, seqs } = await followed();
  world.socket.saySeq(41, 43, 44);
  await settle();
  assert.deepEqual(seqs(), [41]);
  assert.deepEqual(world.socket.sentOf("pull"),
    [{ type: "pull", after: 41, limit: 200 }]);
  world.socket.say(eventFrame(42, { replay: true }));
  world.socket.saySeq(43, 44);
  world.socket.say({ type: "page", after: 41, to: 44, more: false });
  await settle();
  assert.deepEqual(seqs(), [41, 42, 43, 44]);
  assert.equal(world.socket.sentOf("pull").length, 1);
});

test("what a skip names is no hole", async () => {
  const { world, seqs, hub } = await followed();
  world.socket.saySeq(41);
  world.socket.say({ type: "skip", seq: 44, cursor: "e1:44" });
  world.socket.saySeq(45);
  await settle();
  assert.deepEqual(seqs(), [41, 45]);
  assert.deepEqual(world.socket.sentOf("pull"), []);
  world.socket.say({ type: "skip", seq: 50, cursor: "e1:50" });
  assert.equal(hub.cursor, "e1:50");
});

test("a skip hides no event that was lost before it", async () => {
  const { world, seqs } = await followed();
  world.socket.saySeq(42); // 41 was lost
  world.socket.say({ type: "skip", seq: 44, cursor: "e1:44" });
  world.socket.saySeq(45);
  await settle();
  assert.deepEqual(seqs(), []);
  world.socket.saySeq(41);
  await settle();
  assert.deepEqual(seqs(), [41, 42, 45]);
});

test("a skip that says since when shows a lost event at once", async () => {
  const { world, seqs } = await followed();
  world.socket.say({ type: "skip", after: 41, seq: 44, cursor: "e1:44" });
  await settle();
  assert.equal(world.socket.sentOf("pull")[0].after, 40);
  world.socket.saySeq(41);
  world.socket.saySeq(45);
  await settle();
  assert.deepEqual(seqs(), [41, 45]);
});

test("a page that was not whole is asked for again", async () => {
  const { world, seqs } = await followed();
  world.socket.saySeq(43);
  world.socket.saySeq(42, 43); // 41 was lost again
  world.socket.say({ type: "page", after: 40, to: 43, more: false });
  assert.equal(world.socket.sentOf("pull").length, 2);
  world.socket.saySeq(41, 42, 43);
  world.socket.say({ type: "page", after: 40, to: 43, more: false });
  await settle();
  assert.deepEqual(seqs(), [41, 42, 43]);
  assert.equal(world.socket.sentOf("pull").length, 2);
});

test("what is in no page twice is not for us", async () => {
  const { world, seqs, hub } = await followed();
  world.socket.saySeq(45);
  for (let turn = 0; turn < 2; turn++) {
    world.socket.saySeq(42);
    world.socket.say({ type: "page", after: 40, to: 44, more: false });
  }
  await settle();
  assert.deepEqual(seqs(), [42, 45]);
  assert.equal(hub.cursor, "e1:45");
});

test("a lost last event is noticed by the ping and pulled", async () => {
  const { world, seqs } = await followed();
  world.socket.saySeq(41);
  world.socket.say({ type: "ping", seq: 42 });
  assert.deepEqual(world.socket.sentOf("pong"), [{ type: "pong", seq: 41 }]);
  assert.equal(world.socket.sentOf("pull")[0].after, 41);
  world.socket.saySeq(42);
  world.socket.say({ type: "page", after: 41, to: 42, more: false });
  await settle();
  assert.deepEqual(seqs(), [41, 42]);
  world.socket.say({ type: "ping", seq: 42 });
  assert.equal(world.socket.sentOf("pull").length, 1);
});

test("pages are pulled one after the other while there are more", async () => {
  const { world, seqs } = await followed("e1:0", { pageSize: 2 });
  world.socket.say({ type: "ping", seq: 5 });
  for (const page of [[1, 2], [3, 4], [5]]) {
    const pulls = world.socket.sentOf("pull");
    assert.equal(pulls.at(-1).after, page[0] - 1);
    world.socket.saySeq(...page);
    world.socket.say({ type: "page", after: page[0] - 1, to: page.at(-1),
      more: page.at(-1) < 5 });
  }
  await settle();
  assert.deepEqual(seqs(), [1, 2, 3, 4, 5]);
  assert.equal(world.socket.sentOf("pull").length, 3);
});

test("pulls stay below what a hub allows", async () => {
  const { world, clock, seqs } = await followed("e1:0", { pageSize: 1 });
  world.socket.say({ type: "ping", seq: 100 });
  const answer = () => {
    const { after } = world.socket.sentOf("pull").at(-1);
    world.socket.saySeq(after + 1);
    world.socket.say({ type: "page", after, to: after + 1, more: after < 99 });
  };
  for (let turn = 0; turn < 30; turn++) answer();
  assert.equal(world.socket.sentOf("pull").length, 20);
  for (let turn = 0; turn < 100; turn++) {
    await clock.advance(10);
    answer();
  }
  const count = world.socket.sentOf("pull").length;
  assert.ok(count > 28 && count <= 33, String(count));
  for (let turn = 0; turn < 1000; turn++) {
    await clock.advance(10);
    answer();
  }
  assert.equal(seqs().length, 100);
});

test("a page that does not come is asked for again, then left", async () => {
  const { world, clock, seen } = await followed();
  world.socket.say({ type: "ping", seq: 41 });
  await clock.advance(5_000);
  assert.equal(world.socket.sentOf("pull").length, 2);
  await clock.advance(10_000);
  assert.equal(seen.closes[0].reason, "pulling brings nothing");
  assert.equal(world.sockets.length, 2);
});

test("a lagging client pulls until it is live", async () => {
  const { world, seen, seqs, hub } = await followed("e1:0");
  world.socket.say({ type: "lagging", sent: 0, head: 4 });
  assert.equal(hub.state, "lagging");
  world.socket.saySeq(1, 2);
  world.socket.say({ type: "page", after: 0, to: 2, more: true });
  assert.equal(world.socket.sentOf("pull").at(-1).after, 2);
  world.socket.saySeq(3, 4);
  world.socket.say({ type: "page", after: 2, to: 4, more: false });
  world.socket.say({ type: "live", cursor: "e1:4" });
  await settle();
  assert.deepEqual(seqs(), [1, 2, 3, 4]);
  assert.deepEqual(seen.states, ["connecting", "live", "lagging", "live"]);
  assert.equal(world.socket.sentOf("pull").length, 2);
});

test("a hello that cannot hold all of the replay is followed by pulls",
  async () => {
    const { world, seqs } = await follow({ cursor: "e1:0" });
    assert.equal(world.socket.url.searchParams.get("cursor"), "e1:0");
    world.socket.greet("e1:3", { resume: "replayed", replay: 1, more: true });
    world.socket.say(eventFrame(1, { replay: true }));
    world.socket.say({ type: "lagging", sent: 1, head: 3 });
    assert.equal(world.socket.sentOf("pull").at(-1).after, 1);
    world.socket.saySeq(2, 3);
    world.socket.say({ type: "page", after: 1, to: 3, more: false });
    world.socket.say({ type: "live", cursor: "e1:3" });
    await settle();
    assert.deepEqual(seqs(), [1, 2, 3]);
  });

test("typing is ephemeral; an event beside the log has no number", async () => {
  const { world, seen, hub } = await followed();
  const data = { role: "widget", conn: "7f" };
  world.socket.say({ type: "event", name: "typing_start", data });
  world.socket.say({ type: "event", name: "message:new", data: { id: 7 } });
  await settle();
  assert.deepEqual(seen.ephemeral, [{ name: "typing_start", data }]);
  assert.equal(seen.events[0].data.id, 7);
  assert.equal(seen.events[0].seq, undefined);
  assert.equal(hub.cursor, "e1:40");
});

test("what we do not know is ignored, what is no frame is told", async () => {
  const { world, seen, seqs } = await followed();
  world.socket.say({ type: "aurora", seq: 99 });
  world.socket.onmessage({ data: "__ping__" });
  world.socket.onmessage({ data: "[1]" });
  world.socket.say(eventFrame(41, { aurora: true }));
  await settle();
  assert.deepEqual(seen.errors, ["bad_frame", "bad_frame"]);
  assert.deepEqual(seqs(), [41]);
});
