// Makes the pictures of docs/images: node screenshots.mjs FOLDER
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { connect } from "../../protocol/js/wsgw.js";
import { Browser } from "./support/browser.mjs";
import { Gateway, pause, until } from "./support/gateway.mjs";
import { SlowReader } from "./support/slow_reader.mjs";
import { accessToken } from "./support/tokens.mjs";

const WebSocket = createRequire(import.meta.url)("/usr/share/nodejs/ws");
const folder = process.argv[2];
const secret = "key of the pictures";
const dialogs = [1, 7, 12, 15, 18, 23];
const people = ["anna", "boris", "clara", "dmitri", "elena"];
const mostBytes = 150 * 1024;

/// Stands for the test that the helpers end with.
const ends = [];
const stage = { after: (end) => ends.unshift(end) };

/// A socket of somebody behind a proxy on this machine.
const socketFrom = (address) => class extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { headers: { "X-Forwarded-For": address } });
  }
};

async function takeSeat(gateway, dialogId, i) {
  const hub = connect({ url: gateway.url, dialogId, role: "admin",
    token: accessToken(secret, people[i % people.length]),
    env: { WebSocket: socketFrom(`203.0.113.${10 + i}`) } });
  hub.on("event", () => {});
  stage.after(() => hub.close());
  await until("live", () => hub.state === "live");
}

async function say(gateway, dialog, text) {
  await fetch(`${gateway.url}api/dialogs/${dialog}/messages`, {
    method: "POST", body: JSON.stringify({ text, sender: "manager" }),
    headers: { Authorization: `Bearer ${accessToken(secret, "anna")}` } });
}

/// People talk until the pictures are taken.
function chatter(gateway) {
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    for (const [i, dialog] of dialogs.entries()) {
      if (turn % (i + 1) === 0) say(gateway, dialog, `Message ${turn}`);
    }
  }, 120);
  stage.after(() => clearInterval(timer));
}

async function open(browser, url, { width, height, theme }) {
  const page = await browser.open("about:blank", { width, height });
  await page.send("Emulation.setScrollbarsHidden", { hidden: true });
  await page.send("Emulation.setEmulatedMedia",
    { features: [{ name: "prefers-color-scheme", value: theme }] });
  await page.load(url);
  return page;
}

async function take(page, name) {
  const picture = await page.screenshot();
  if (picture.length > mostBytes) {
    throw new Error(`${name}: ${picture.length} bytes`);
  }
  await writeFile(join(folder, `${name}.png`), picture);
  console.log(`${name}.png ${picture.length}`);
}

const looks = [];
for (const theme of ["light", "dark"]) {
  looks.push({ width: 1280, height: 860, theme },
    { width: 360, height: 860, theme });
}
const named = (what, { width, theme }) => `${what}-${width}-${theme}`;

async function picturesOfDemo(browser, gateway) {
  for (const look of looks) {
    const page = await open(browser, gateway.url, look);
    await page.until("live", `[...document.querySelectorAll(".state")]
      .every((each) => each.dataset.state === "live")`);
    await page.eval("document.getElementById('play').click()");
    await page.until("said", "!document.getElementById('play').disabled");
    await page.until("shown",
      "document.querySelectorAll('#pane-admin .bubble').length >= 4");
    await take(page, named("demo", look));
    await page.send("Page.close");
  }
}

async function picturesOfInspector(browser, gateway) {
  for (const look of looks) {
    const page = await open(browser, `${gateway.url}debug/ui`, look);
    await page.until("slow", "document.querySelector('tr.slow') !== null");
    await page.until("rates",
      "/\\d\\/s/.test(document.querySelector('.arrow text, .box.socket')" +
      "?.textContent ?? '')");
    await pause(2500); // the second beat knows rates
    await take(page, named("inspector", look));
    await page.send("Page.close");
  }
}

async function picturesOfRoom(browser, gateway) {
  for (const look of [looks[0], looks[3]]) {
    const page = await open(browser, `${gateway.url}debug/ui#room=dialog%3A1`,
      { ...look, height: look.width > 1000 ? 720 : 1500 });
    await page.until("slow", "document.querySelector('tr.slow') !== null");
    await page.eval(`(() => {
      document.querySelector("#explain [name=seq]").value = "100";
      document.querySelector("#explain [type=submit]").click();
    })()`);
    await page.until("verdicts",
      "document.querySelector('#verdicts tbody tr') !== null");
    await page.eval("document.activeElement.blur()");
    await take(page, named("inspector-dialog", look));
    await page.send("Page.close");
  }
}

async function main() {
  const browser = await Browser.start(stage);
  await picturesOfDemo(browser, await Gateway.start(stage));
  const gateway = await Gateway.start(stage, { SECRET_KEY: secret,
    WS_OUTBOX_BYTES: "65536", WS_SLOW_TIMEOUT: "10m",
    WS_PONG_TIMEOUT_SECONDS: "600" });
  for (const [i, dialog] of dialogs.entries()) {
    for (let k = 0; k <= i % 3; ++k) await takeSeat(gateway, dialog, i + 2 * k);
  }
  await SlowReader.join(stage, gateway);
  for (let i = 0; i < 150; ++i) await gateway.post("x".repeat(20_000));
  chatter(gateway);
  await picturesOfInspector(browser, gateway);
  await picturesOfRoom(browser, gateway);
}

try {
  await main();
} finally {
  for (const end of ends) await end();
}
