// What each close code leads to.
import assert from "node:assert/strict";
import test from "node:test";
import { followed, settle } from "./support/fake_world.mjs";

const never = [1000, 1003, 1009, 4002, 4003, 4004, 4011];
const backoff = [1001, 1002, 1005, 1006, 1007, 1011, 1012, 1013, 4999];

for (const code of never) {
  test(`close code ${code} ends it`, async () => {
    const { world, clock, seen, hub } = await followed();
    world.socket.shut(code, "why");
    await clock.advance(600_000);
    assert.equal(hub.state, "closed");
    assert.equal(world.sockets.length, 1);
    assert.deepEqual(seen.closes, [{ code, reason: "why", rule: "never" }]);
    assert.equal(clock.pending, 0);
  });
}

for (const code of backoff) {
  test(`close code ${code} comes back with backoff`, async () => {
    const { world, clock, seen } = await followed();
    world.socket.shut(code);
    assert.equal(seen.closes[0].rule, "backoff");
    await clock.advance(499);
    assert.equal(world.sockets.length, 1);
    await clock.advance(1);
    assert.equal(world.sockets.length, 2);
  });
}

for (const code of [4009, 4010]) {
  test(`close code ${code} comes back at once, but not in a loop`, async () => {
    const { world, clock } = await followed();
    world.socket.shut(code);
    await settle();
    assert.equal(world.sockets.length, 2);
    world.socket.greet("e1:40", { resume: "replayed" });
    await clock.advance(11_000);
    world.socket.shut(code);
    await settle();
    assert.equal(world.sockets.length, 3);
    // Two tabs that replace each other must not race.
    for (let turn = 0; turn < 20; turn++) {
      world.socket.greet("e1:40", { resume: "replayed" });
      world.socket.shut(code);
      await clock.advance(100);
    }
    assert.ok(world.sockets.length <= 8, String(world.sockets.length));
  });
}

test("close code 4008 comes back after tens of seconds", async () => {
  const { world, clock, hub } = await followed();
  world.socket.shut(4008);
  world.show(true); // does not hurry us
  await clock.advance(19_999);
  assert.equal(world.sockets.length, 1);
  await clock.advance(1);
  assert.equal(world.sockets.length, 2);
  hub.close();
});

test("close code 4001 fetches a new token, then comes back at once",
  async () => {
    let asked = 0;
    const { world, clock } = await followed("e1:40",
      { token: async () => `t${++asked}` });
    assert.equal(world.socket.url.searchParams.get("token"), "t1");
    world.socket.shut(1006);
    await clock.advance(500);
    assert.equal(world.socket.url.searchParams.get("token"), "t1");
    world.socket.greet("e1:40", { resume: "replayed" });
    await clock.advance(10_000);
    world.socket.shut(4001, "Token expired");
    await settle();
    assert.equal(world.socket.url.searchParams.get("token"), "t2");
  });

test("close code 4001 ends it when the token is a fixed one", async () => {
  const { world, hub } = await followed();
  world.socket.shut(4001, "Token expired");
  assert.equal(hub.state, "closed");
});
