// Headless Chromium, driven by its DevTools protocol.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket, until } from "./gateway.mjs";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
  "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--mute-audio",
  "--disable-dev-shm-usage", "--remote-debugging-port=0"];

/// One browser; ends with the test `t`.
export class Browser {
  #socket;
  #next = 1;
  #waiting = new Map();

  static async start(t) {
    const browser = new Browser();
    const folder = await mkdtemp(join(tmpdir(), "wsgw-chromium-"));
    const program = process.env.CHROMIUM ?? "chromium";
    const child = spawn(program, [...flags, `--user-data-dir=${folder}`,
      "about:blank"], { stdio: "ignore" });
    const [ended] = [once(child, "exit")];
    t.after(async () => {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 20,
        retryDelay: 100 });
    });
    let lines = [];
    await until("Chromium listens", async () => {
      const text = await readFile(join(folder, "DevToolsActivePort"), "utf8")
        .catch(() => "");
      lines = text.split("\n");
      return lines.length > 1;
    }, 60_000);
    await browser.#connect(`ws://127.0.0.1:${lines[0]}${lines[1]}`);
    return browser;
  }

  /// A new page at `url`, once it has loaded.
  async open(url, size = { width: 1280, height: 800 }) {
    const { targetId } = await this.send("Target.createTarget",
      { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget",
      { targetId, flatten: true });
    const page = new Page(this, targetId, sessionId);
    await page.send("Emulation.setDeviceMetricsOverride",
      { ...size, deviceScaleFactor: 1, mobile: false });
    await page.send("Network.enable");
    await page.send("Page.enable");
    await page.load(url);
    return page;
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }

  async #connect(url) {
    this.#socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      this.#socket.onopen = resolve;
      this.#socket.onerror = reject;
    });
    this.#socket.onmessage = ({ data }) => {
      const { id, result, error } = JSON.parse(data);
      if (error) this.#waiting.get(id)?.reject(new Error(error.message));
      else this.#waiting.get(id)?.resolve(result);
      this.#waiting.delete(id);
    };
  }
}

class Page {
  constructor(browser, targetId, sessionId) {
    this.browser = browser;
    this.targetId = targetId;
    this.sessionId = sessionId;
  }

  send(method, params) {
    return this.browser.send(method, params, this.sessionId);
  }

  async load(url) {
    await this.send("Page.navigate", { url });
    await this.until("loaded", "document.readyState === 'complete'");
  }

  /// The value of an expression, or of the promise that it is.
  async eval(expression) {
    const { result, exceptionDetails: wrong } = await this.send(
      "Runtime.evaluate",
      { expression, awaitPromise: true, returnByValue: true });
    if (wrong) throw new Error(wrong.exception?.description ?? wrong.text);
    return result.value;
  }

  until(what, expression, ms) {
    return until(what, () => this.eval(expression), ms);
  }

  /// The machine's network, as the page sees it.
  network(isThere) {
    return this.send("Network.emulateNetworkConditions", {
      offline: !isThere, latency: 0, downloadThroughput: -1,
      uploadThroughput: -1 });
  }

  async screenshot() {
    const { data } = await this.send("Page.captureScreenshot");
    return Buffer.from(data, "base64");
  }
}
