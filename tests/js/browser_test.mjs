// The client and the demo page in headless Chromium.
import assert from "node:assert/strict";
import test from "node:test";
import { Browser } from "./support/browser.mjs";
import { Gateway } from "./support/gateway.mjs";
import { MiddleMan } from "./support/middle_man.mjs";

const quick = { WS_PING_INTERVAL_SECONDS: "0.5",
  WS_PONG_TIMEOUT_SECONDS: "2" };

/// Follows the dialog as `hub` in the page; `texts` are what it was given.
const follow = `(async () => {
  const { connect } = await import("/js/wsgw.js");
  const s = await (await fetch("/api/demo/session")).json();
  globalThis.texts = [];
  globalThis.states = [];
  globalThis.hub = connect({ url: location.href, dialogId: s.dialog_id,
    role: "admin", token: s.admin_token, storage: "session",
    backoff: { base: 50, cap: 500 } });
  hub.on("event", ({ data }) => void texts.push(data.text));
  hub.on("state", ({ state }) => states.push(state));
})()`;

async function followedPage(t) {
  const gateway = await Gateway.start(t, quick);
  const man = await MiddleMan.start(t, gateway.port);
  const browser = await Browser.start(t);
  const page = await browser.open(man.url);
  await page.eval(follow);
  await page.until("live", "hub.state === 'live'");
  const post = async (...texts) => {
    for (const text of texts) await gateway.post(text);
  };
  return { gateway, man, browser, page, post };
}

async function expectTexts(page, ...texts) {
  await page.until("the texts", `texts.length >= ${texts.length}`);
  assert.deepEqual(await page.eval("texts"), texts);
}

test("the network is cut and restored in a browser", async (t) => {
  const { man, page, post } = await followedPage(t);
  await post("a");
  await expectTexts(page, "a");
  await page.network(false);
  man.cut();
  await page.until("offline", "hub.state === 'offline'");
  const { opened } = man;
  await post("b", "c");
  man.heal();
  assert.equal(man.opened, opened); // it did not try
  await page.network(true);
  await page.until("back", "hub.state === 'live'");
  await post("d");
  await expectTexts(page, "a", "b", "c", "d");
});

test("a frozen page goes on where it was", async (t) => {
  const { man, page, post } = await followedPage(t);
  await page.send("Page.setWebLifecycleState", { state: "frozen" });
  await post("a", "b");
  man.cut(); // a phone that slept
  man.heal();
  await post("c");
  await page.send("Page.setWebLifecycleState", { state: "active" });
  await page.until("back", "hub.state === 'live'");
  await expectTexts(page, "a", "b", "c");
});

test("a hidden page keeps its connection; shown again it asks", async (t) => {
  const { browser, page, post, man } = await followedPage(t);
  const other = await browser.open("about:blank");
  await other.send("Page.bringToFront");
  await page.until("hidden", "document.visibilityState === 'hidden'");
  await post("a", "b");
  await expectTexts(page, "a", "b");
  assert.equal(await page.eval("hub.info().reconnects"), 0);
  man.mute(); // nobody tells us that the way is gone
  await post("c");
  await page.send("Page.bringToFront");
  await page.until("shown", "document.visibilityState === 'visible'");
  await page.until("noticed", "hub.state !== 'live'");
  man.heal();
  await expectTexts(page, "a", "b", "c");
});

test("a page that is loaded again goes on from the stored cursor",
  async (t) => {
    const { man, page, post } = await followedPage(t);
    await post("a");
    await expectTexts(page, "a");
    await page.load(`${man.url}docs`);
    await post("b", "c");
    await page.load(man.url);
    await page.eval(follow);
    await expectTexts(page, "b", "c");
  });

/// What one pane of the demo page shows.
const pane = (role, rest) => `document.querySelector("#pane-${role} ${rest}")`;

test("a pane of the demo that was cut shows what it missed", async (t) => {
  const gateway = await Gateway.start(t);
  const browser = await Browser.start(t);
  const page = await browser.open(gateway.url);
  for (const role of ["admin", "widget", "site"]) {
    await page.until(`${role} live`,
      `${pane(role, ".state")}?.dataset.state === "live"`);
  }
  await page.eval(`${pane("widget", ".link")}.click()`);
  await page.until("cut", `${pane("widget", ".state")}.textContent === "cut"`);
  await gateway.post("Hello");
  await page.until("at the admin",
    `${pane("admin", ".bubble")}?.textContent.includes("Hello")`);
  assert.equal(await page.eval(pane("widget", ".bubble")), null);
  await page.eval(`${pane("widget", ".link")}.click()`);
  await page.until("replayed",
    `/replayed.*Hello/s.test(${pane("widget", ".bubble")}?.textContent)`);
  await page.until("acknowledged",
    `${pane("admin", "[data-figure=acked]")}.textContent === "1"`);
  await page.until("presence",
    `${pane("admin", "[data-figure=presence]")}.textContent === "A 1 · W 1 · S 1"`);
  assert.match(await page.eval(
    `${pane("site", "[data-figure=cursor]")}.textContent`), /^[0-9a-z]+:1$/);
});

for (const kind of ["sse", "legacy"]) {
  test(`a pane of the demo also speaks ${kind}`, async (t) => {
    const gateway = await Gateway.start(t);
    const browser = await Browser.start(t);
    const page = await browser.open(gateway.url, { width: 360, height: 740 });
    await page.until("live",
      `${pane("admin", ".state")}?.dataset.state === "live"`);
    await page.eval(`(() => {
      const choice = ${pane("admin", "select")};
      choice.value = "${kind}";
      choice.dispatchEvent(new Event("change"));
    })()`);
    const word = kind === "sse" ? "event stream" : "legacy";
    await page.until("again live",
      `${pane("admin", ".state")}.textContent === "live · ${word}"`);
    await gateway.post("Hello");
    await page.until("it",
      `${pane("admin", ".bubble")}?.textContent.includes("Hello")`);
    assert.equal(await page.eval(
      "document.documentElement.scrollWidth <= innerWidth"), true);
  });
}

test("a duel plays ten rounds with itself, one player cut meanwhile",
  async (t) => {
    const gateway = await Gateway.start(t);
    const browser = await Browser.start(t);
    const page = await browser.open(`${gateway.url}duel?step=40`);
    const player = (number, rest) => `document.querySelector(
      '[data-player="${number}"] ${rest}')`;
    const cut = `${player(1, ".link")}.click()`;
    await page.until("both are live",
      `document.querySelectorAll('.state[data-state="live"]').length === 2`);
    await page.until("the third round",
      `/Round 3/.test(document.querySelector("#round").textContent)`);
    await page.eval(cut);
    await page.until("the fifth round",
      `/Round 5/.test(document.querySelector("#round").textContent)`);
    await page.eval(cut);
    await page.until("the end for both",
      `document.querySelectorAll('.state[data-state="over"]').length === 2`);
    const shown = (name) => page.eval(
      `document.querySelector("#count-${name}").textContent`);
    assert.equal(await shown("doubled"), "0");
    assert.equal(await shown("reconnects"), "1");
    // v1 was given what it missed; both know the last move.
    assert.ok(await page.eval(
      `Number(${player(1, "[data-figure=updates]")}.textContent) >= 41`));
    assert.equal(
      await page.eval(`${player(1, "[data-figure=sees]")}.textContent`),
      await page.eval(`${player(2, "[data-figure=sees]")}.textContent`));
  });
