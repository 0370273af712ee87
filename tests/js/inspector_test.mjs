// The actor inspector in headless Chromium, over the real program.
import assert from "node:assert/strict";
import test from "node:test";
import { connect } from "../../protocol/js/wsgw.js";
import { Browser } from "./support/browser.mjs";
import { Gateway } from "./support/gateway.mjs";
import { MiddleMan } from "./support/middle_man.mjs";
import { SlowReader } from "./support/slow_reader.mjs";
import { accessToken } from "./support/tokens.mjs";

const token = "debug-token";
const secret = "key of the inspector's test";
const settings = { WS_DEBUG_TOKEN: token, WS_OUTBOX_BYTES: "65536",
  SECRET_KEY: secret };

/// A hub and a page that shows it; `violations` are what its policy forbade.
async function inspected(t, { where = "", more = {}, size } = {}) {
  const gateway = await Gateway.start(t, { ...settings, ...more });
  const man = await MiddleMan.start(t, gateway.port);
  const browser = await Browser.start(t);
  const page = await browser.open("about:blank", size);
  await page.send("Page.addScriptToEvaluateOnNewDocument", { source: `
    globalThis.violations = [];
    addEventListener("securitypolicyviolation", (event) =>
      violations.push(event.violatedDirective + " " + event.blockedURI));
    globalThis.text = (selector) =>
      document.querySelector(selector)?.textContent ?? "";
    globalThis.row = (words) => [...document.querySelectorAll("tbody tr")]
      .find((each) => each.textContent.includes(words) &&
        each.getClientRects().length > 0);` });
  await page.load(`${man.url}debug/ui${where}`);
  return { gateway, man, page };
}

const live = (page) => page.until("live", "text('#pulse') === 'live'");

/// A client of the demo's dialog, once it is live; `closes` are its closes.
async function joined(t, gateway, role, more = {}) {
  const hub = connect({ url: gateway.url, ...gateway.optionsFor(role),
    ...more });
  hub.closes = [];
  hub.on("event", () => {}); // what is handled is acknowledged
  hub.on("close", (event) => hub.closes.push(event));
  t.after(() => hub.close());
  await new Promise((done) => hub.on("state", ({ state }) =>
    state === "live" && done()));
  return hub;
}

const click = (page, selector) =>
  page.eval(`document.querySelector(${JSON.stringify(selector)}).click()`);

async function enter(page, selector, text) {
  await page.eval(`(() => {
    const field = document.querySelector(${JSON.stringify(selector)});
    field.value = ${JSON.stringify(text)};
    field.dispatchEvent(new Event("input", { bubbles: true }));
  })()`);
}

async function giveBearer(page, value) {
  await page.until("asked", "document.querySelector('#bearer').open");
  await enter(page, "#bearer [name=token]", value);
  await click(page, "#bearer [type=submit]");
}

test("the tables fill, follow what happens and can be searched", async (t) => {
  const { gateway, page } = await inspected(t);
  await live(page);
  await page.until("empty", "text('#panel').includes('No dialog is open')");
  await joined(t, gateway, "admin");
  await page.until("dialog", "row('dialog:1')?.textContent.includes('1 admin')");
  await joined(t, gateway, "widget");
  await page.until("both",
    "row('dialog:1').textContent.includes('1 admin, 1 widget')");
  await click(page, "#tab-sockets");
  await page.until("sockets", "text('#count') === '2 in all.'");
  await enter(page, "#q", "10.9.9.9");
  await page.until("nothing", "text('#panel').includes('No socket is open')");
  await enter(page, "#q", "127.0.0.1");
  await page.until("by address", "Boolean(row('widget')) && text('#q') === ''");
  await click(page, "#tab-shards");
  await page.until("shards", "Boolean(row('Shard 1'))");
  assert.match(await page.eval("document.querySelector('.flow').ariaLabel"),
    /Shard 0: .*Shard 1: /);
  assert.deepEqual(await page.eval("violations"), []);
});

test("a slow client turns red, by colour and by word", async (t) => {
  const { gateway, page } = await inspected(t, { where: "#tab=sockets" });
  await live(page);
  await SlowReader.join(t, gateway);
  await page.until("it", "Boolean(row('dialog:1'))");
  const calm = await page.eval("getComputedStyle(row('dialog:1').cells[3]).color");
  for (let i = 0; i < 150; ++i) await gateway.post("x".repeat(20_000));
  await page.until("slow", "row('▲ lagging')?.className === 'slow'");
  const red = await page.eval("getComputedStyle(row('▲ lagging').cells[3]).color");
  assert.notEqual(red, calm);
  await page.until("in the drawing",
    "text('.flow .box.socket.slow').startsWith('▲')");
  assert.match(await page.eval("row('▲ lagging').textContent"), /\d+ events/);
});

test("the page of a dialog shows members, log and timeline", async (t) => {
  const { gateway, page } = await inspected(t);
  await live(page);
  const admin = await joined(t, gateway, "admin");
  await gateway.post("<b>Hello</b>");
  await page.until("listed", "Boolean(row('dialog:1'))");
  await page.eval("row('dialog:1').querySelector('a').click()");
  await page.until("acknowledged", "row('admin')?.cells[9].textContent === '1'");
  assert.equal(await page.eval("document.activeElement.id"), "room-title");
  await page.until("log", "text('#tail').includes('<b>Hello</b>')");
  await page.until("timeline", "/joined: admin.*event 1/s.test(" +
    "[...document.querySelectorAll('#timeline li')].reverse()" +
    ".map((each) => each.textContent).join('\\n'))");
  admin.close();
  await page.until("left", "/left with \\d+: admin/.test(text('#timeline'))");
  assert.deepEqual(await page.eval("violations"), []);
});

test("it explains who got an event and who did not", async (t) => {
  const { gateway, page } = await inspected(t, { where: "#room=dialog%3A1" });
  await live(page);
  await joined(t, gateway, "admin");
  await gateway.post("Hello");
  await joined(t, gateway, "widget");
  await click(page, "#explain [type=submit]");
  await page.until("a question", "text('#verdicts').includes('Name the event')");
  await enter(page, "#explain [name=seq]", "1");
  await page.until("acknowledged", "row('admin')?.cells[9].textContent === '1'");
  await click(page, "#explain [type=submit]");
  await page.until("verdicts", "text('#verdicts').includes('acked') && " +
    "text('#verdicts').includes('joined later')");
});

test("one connection is closed, with the bearer and after a question",
  async (t) => {
    const { gateway, page } = await inspected(t, { where: "#tab=sockets" });
    await live(page);
    const admin = await joined(t, gateway, "admin");
    const widget = await joined(t, gateway, "widget");
    await page.until("both", "row('admin') && row('widget')");
    await page.eval("row('admin').querySelector('button').click()");
    await giveBearer(page, "wrong");
    await page.until("refused",
      "text('#bearer-wrong').includes('does not know')");
    await giveBearer(page, token);
    await page.until("question", "document.querySelector('#deed').open");
    assert.match(await page.eval("text('#deed-text')"), /^admin of dialog:1 /);
    assert.equal(admin.closes.length, 0);
    await page.eval("document.querySelector('#deed [name=code]').value = '4011'");
    await enter(page, "#deed [name=reason]", "Good bye");
    await click(page, "#deed-go");
    await page.until("gone", "!row('admin')");
    assert.deepEqual([admin.closes[0].code, admin.closes[0].reason],
      [4011, "Good bye"]);
    assert.deepEqual(widget.closes, []);
    assert.equal(await page.eval("localStorage.length"), 0);
    assert.equal(await page.eval("document.cookie"), "");
  });

test("one dialog is drained; its clients come back", async (t) => {
  const { gateway, page } = await inspected(t, { where: "#room=dialog%3A1" });
  await live(page);
  const admin = await joined(t, gateway, "admin");
  await page.until("member", "Boolean(row('admin'))");
  const before = await page.eval("row('admin').cells[0].textContent");
  await click(page, "#drain");
  await giveBearer(page, token);
  await page.until("question", "document.querySelector('#deed').open");
  await page.eval("document.querySelector('#deed [name=spread]').value = '0s'");
  await click(page, "#deed-go");
  await page.until("said", "text('#toast').startsWith('1 client of dialog:1')");
  await page.until("another", `row('admin') &&
    row('admin').cells[0].textContent !== ${JSON.stringify(before)}`);
  assert.equal(admin.closes[0].code, 1012);
});

test("who asks from elsewhere sees nothing without the bearer", async (t) => {
  const { page, man } = await inspected(t);
  await live(page);
  await page.send("Network.setExtraHTTPHeaders",
    { headers: { "X-Forwarded-For": "192.0.2.7" } });
  await page.load(`${man.url}debug/ui?again`);
  await page.until("locked", "text('#pulse') === 'locked'");
  assert.equal(await page.eval("document.querySelectorAll('tbody tr').length"), 0);
  await giveBearer(page, token);
  await live(page);
  assert.equal(await page.eval("document.querySelector('#banner').hidden"), true);
});

test("it says that the hub is away, and goes on when it is back", async (t) => {
  const { man, page } = await inspected(t);
  await live(page);
  man.cut();
  await page.until("away", "text('#banner').includes('does not answer')");
  man.heal();
  await live(page);
  await click(page, "#pause");
  await page.until("paused", "text('#pulse') === 'paused'");
});

test("what users chose is text, and a narrow window is wide enough",
  async (t) => {
    const { gateway, page } = await inspected(t, { where: "#tab=sockets",
      size: { width: 360, height: 740 } });
    await live(page);
    const user = "<img src=x onerror=violations.push(1)>";
    await joined(t, gateway, "admin", { token: accessToken(secret, user) });
    await page.until("user", `Boolean(row(${JSON.stringify(user)}))`);
    assert.equal(await page.eval("document.querySelector('img')"), null);
    for (const place of ["#tab=rooms", "#tab=shards", "#room=dialog%3A1"]) {
      await page.eval(`location.hash = ${JSON.stringify(place)}`);
      await page.until("shown", "Boolean(row(''))");
      assert.equal(await page.eval(
        "document.documentElement.scrollWidth <= innerWidth"), true, place);
    }
    assert.deepEqual(await page.eval("violations"), []);
  });
