import assert from "node:assert/strict";
import test from "node:test";
import { eventFrame, follow, settle } from "./support/fake_world.mjs";

const hello = (cursor, more = {}) => ({ type: "hello", v: 1, conn: "s1", cursor,
  resume: "fresh", replay: 0, ping_ms: 25000, pong_ms: 40000, ...more });

/// Follows by server-sent events from the start.
async function streaming(options = {}) {
  const all = await follow({ transport: "sse", ...options });
  all.world.stream.answer();
  all.world.stream.say(hello("e1:40"));
  await settle();
  return all;
}

/// Three WebSocket attempts in vain, then a stream.
async function fallenBack(options = {}) {
  const all = await follow(options);
  for (let turn = 0; turn < 3; turn++) {
    all.world.socket.shut(1006);
    await all.clock.advance(500);
  }
  all.world.stream.answer();
  all.world.stream.say(hello("e1:40"));
  await settle();
  return all;
}

test("a stream carries the same events", async () => {
  const { world, seqs, hub } = await streaming();
  assert.equal(world.stream.url.href,
    "http://hub.test/sse/dialogs/10?token=t&v=1");
  world.stream.say(eventFrame(41));
  world.stream.say({ type: "skip", seq: 43, cursor: "e1:43" });
  world.stream.say(eventFrame(44));
  await settle();
  assert.deepEqual(seqs(), [41, 44]);
  assert.equal(hub.transport, "sse");
  assert.equal(hub.cursor, "e1:44");
});

test("a stream may be cut anywhere", async () => {
  const { world, seqs, seen } = await streaming();
  const data = JSON.stringify(eventFrame(41, { data: { text: "Ответ\r" } }));
  const bytes = new TextEncoder().encode(
    `:\r\n\r\nid: e1:41\r\nevent: event\r\ndata: ${data}\r\n\r\n:\n\n`);
  for (const byte of bytes) {
    world.stream.controller.enqueue(new Uint8Array([byte]));
  }
  await settle();
  assert.deepEqual(seqs(), [41]);
  assert.equal(seen.events[0].data.text, "Ответ\r");
});

test("a stream that ends goes on from the cursor", async () => {
  const { world, clock, seqs } = await streaming();
  world.stream.say(eventFrame(41));
  await settle();
  world.stream.controller.close();
  await settle();
  await clock.advance(500);
  assert.equal(world.streams.length, 2);
  assert.equal(world.stream.url.searchParams.get("cursor"), "e1:41");
  world.stream.answer();
  world.stream.say(hello("e1:42", { resume: "replayed", replay: 1 }));
  world.stream.say(eventFrame(42));
  await settle();
  assert.deepEqual(seqs(), [41, 42]);
});

test("a hole in a stream begins it anew, at once", async () => {
  const { world, seqs } = await streaming();
  const [old] = world.streams;
  world.stream.say(eventFrame(42));
  await settle();
  assert.deepEqual(seqs(), []);
  assert.equal(old.isAborted, true);
  assert.equal(world.stream.url.searchParams.get("cursor"), "e1:40");
});

test("comments keep a stream alive, silence ends it", async () => {
  const { world, clock, seen } = await streaming();
  for (let turn = 0; turn < 4; turn++) {
    await clock.advance(25_000);
    world.stream.write(":\n\n");
    await settle();
  }
  assert.deepEqual(seen.closes, []);
  await clock.advance(40_000);
  assert.equal(seen.closes[0].reason, "no answer");
});

test("after three WebSocket attempts without a frame a stream is tried",
  async () => {
    const { world, hub, seqs } = await fallenBack();
    assert.equal(world.sockets.length, 3);
    assert.equal(hub.transport, "sse");
    world.stream.say(eventFrame(41));
    await settle();
    assert.deepEqual(seqs(), [41]);
    assert.equal(hub.typing(), false);
  });

test("an answer of the hub is no reason to leave WebSocket", async () => {
  const { world, clock } = await follow();
  for (let turn = 0; turn < 5; turn++) {
    world.socket.open();
    world.socket.shut(1013, "Server overloaded - too many connections");
    await clock.advance(500);
  }
  assert.equal(world.streams.length, 0);
  assert.equal(world.sockets.length, 6);
});

test("while the stream lives WebSocket is probed, and taken without a seam",
  async () => {
    const { world, clock, hub, seqs, seen } = await fallenBack();
    const keepAlive = async (ms) => {
      for (let left = ms; left > 0; left -= 20_000) {
        world.stream.write(":\n\n");
        await clock.advance(Math.min(20_000, left));
      }
    };
    await keepAlive(60_000);
    assert.equal(world.sockets.length, 4);
    world.socket.shut(1006); // in vain: twice as long until the next
    assert.equal(hub.transport, "sse");
    await keepAlive(119_000);
    assert.equal(world.sockets.length, 4);
    await keepAlive(1_000);
    assert.equal(world.sockets.length, 5);
    world.stream.say(eventFrame(41));
    await settle();
    const [stream] = world.streams;
    world.socket.greet("e1:42", { resume: "replayed", replay: 2 });
    world.socket.saySeq(41, 42);
    await settle();
    assert.equal(hub.transport, "websocket");
    assert.equal(stream.isAborted, true);
    assert.deepEqual(seqs(), [41, 42]);
    assert.deepEqual(seen.closes.slice(3), []);
    hub.close();
    assert.equal(clock.pending, 0);
  });

for (const [status, body, rule] of [
  [401, { error: "unauthorized", code: 4001 }, "new_token"],
  [401, { error: "unauthorized", code: 4002 }, "never"],
  [403, { error: "forbidden", code: 4003 }, "never"],
  [404, { error: "not_found" }, "never"],
  [429, { error: "rate_limited" }, "long_backoff"],
  [503, { error: "unavailable", code: 1013 }, "backoff"],
  [502, undefined, "backoff"],
]) {
  test(`a stream refused ${status} ${body?.code ?? ""}: ${rule}`, async () => {
    const { world, seen, hub } = await follow({ transport: "sse",
      token: () => "t" });
    world.stream.answer(status, body);
    await settle();
    assert.equal(seen.closes[0].rule, rule);
    assert.equal(hub.state === "closed", rule === "never");
    hub.close();
  });
}

test("Retry-After is heeded", async () => {
  const { world, clock } = await follow({ transport: "sse" });
  world.stream.answer(503, { code: 1013 }, { "Retry-After": "7" });
  await settle();
  world.show(true); // does not hurry us
  await clock.advance(6_999);
  assert.equal(world.streams.length, 1);
  await clock.advance(1);
  assert.equal(world.streams.length, 2);
});

test("a way out that a proxy refuses does not end it", async () => {
  const { world, clock, hub } = await follow();
  for (let turn = 0; turn < 3; turn++) {
    world.socket.shut(1006);
    await clock.advance(500);
  }
  world.stream.answer(404);
  await settle();
  assert.notEqual(hub.state, "closed");
  await clock.advance(1_500);
  assert.equal(world.sockets.length, 4);
});
