// Where the cursor is kept.
import assert from "node:assert/strict";
import test from "node:test";
import { memoryStorage } from "../../protocol/js/wsgw.js";
import { follow, followed, settle } from "./support/fake_world.mjs";

test("the cursor is kept per dialog and role and read at the start",
  async () => {
    const storage = memoryStorage();
    const first = await followed("e1:40", { storage });
    first.world.socket.saySeq(41);
    await settle();
    first.hub.close();
    assert.equal(storage.get("wsgw:cursor:admin:10"), "e1:41");
    const second = await follow({ storage });
    assert.equal(second.world.socket.url.searchParams.get("cursor"), "e1:41");
    const other = await follow({ storage, role: "widget" });
    assert.equal(other.world.socket.url.searchParams.get("cursor"), null);
  });

test("what the page was rendered with goes before what is stored", async () => {
  const storage = memoryStorage();
  storage.set("wsgw:cursor:admin:10", "e1:41");
  const { world } = await follow({ storage, cursor: "e1:90" });
  assert.equal(world.socket.url.searchParams.get("cursor"), "e1:90");
});

test("a stored cursor does not go back, but a reset may", async () => {
  const storage = memoryStorage();
  const { world, hub } = await follow({ storage, cursor: "e1:40" });
  storage.set("wsgw:cursor:admin:10", "e1:60"); // another tab
  world.socket.greet("e1:41", { resume: "replayed", replay: 1 });
  world.socket.saySeq(41);
  await settle();
  assert.equal(storage.get("wsgw:cursor:admin:10"), "e1:60");
  world.socket.say({ type: "reset", reason: "ahead", cursor: "e1:12" });
  await settle();
  assert.equal(storage.get("wsgw:cursor:admin:10"), "e1:12");
  assert.equal(hub.cursor, "e1:12");
});

test("a storage may be slow or broken", async () => {
  const slow = memoryStorage();
  const { hub, world } = await followed("e1:40", { storage: {
    get: async (key) => slow.get(key),
    set: async (key, value) => slow.set(key, value),
  } });
  world.socket.saySeq(41, 42, 43);
  await settle();
  assert.equal(slow.get("wsgw:cursor:admin:10"), "e1:43");
  assert.equal(hub.cursor, "e1:43");
  const broken = await followed("e1:40", { storage: {
    get: () => undefined,
    set: () => { throw new Error("quota"); },
  } });
  broken.world.socket.saySeq(41);
  await settle();
  assert.deepEqual(broken.seqs(), [41]);
  assert.deepEqual([...new Set(broken.seen.errors)], ["storage"]);
});
