// The real program, started for a test.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createRequire } from "node:module";

const program = process.env.WS_GATEWAY_BINARY;

/// Node has a WebSocket from version 22 on; before that Debian's node-ws.
export const WebSocket =
  globalThis.WebSocket ??
  createRequire(import.meta.url)("/usr/share/nodejs/ws");

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/// Waits until `check()` is true, or fails in the words of `what`.
export async function until(what, check, ms = 20_000) {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await pause(10);
  }
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/// A hub with --demo. Ends with the test `t`.
export class Gateway {
  static async start(t, settings = {}) {
    const gateway = new Gateway();
    gateway.port = await freePort();
    gateway.url = `http://127.0.0.1:${gateway.port}/`;
    gateway.process = spawn(program, ["--demo"], {
      env: { WS_HOST: "127.0.0.1", WS_PORT: String(gateway.port),
        WS_SHARDS: "2", WS_RATE_LIMIT_PER_IP: "0", ...settings,
        ...passedOn("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS") },
      stdio: ["ignore", "ignore", "pipe"],
    });
    gateway.errors = "";
    gateway.process.stderr.on("data", (text) => (gateway.errors += text));
    gateway.ended = once(gateway.process, "exit");
    endWith(t, gateway);
    await until("the hub is ready", () =>
      fetch(`${gateway.url}ready`).then((answer) => answer.ok, () => false));
    gateway.session = await (await fetch(`${gateway.url}api/demo/session`))
      .json();
    return gateway;
  }

  /// The exit code, or the signal that ended it.
  async stop() {
    this.process.kill("SIGTERM");
    const rescue = setTimeout(() => this.process.kill("SIGKILL"), 40_000);
    const [code, by] = await this.ended;
    clearTimeout(rescue);
    return by ?? code;
  }

  /// Posts one message; its text is what listeners compare.
  async post(text) {
    const { dialog_id: id, site_token: token } = this.session;
    const answer = await fetch(
      `${this.url}api/site/dialogs/${id}/messages?site_token=${token}`,
      { method: "POST", body: JSON.stringify({ text }) });
    if (!answer.ok) throw new Error(`posting: ${answer.status}`);
  }

  /// What `connect` needs for a role.
  optionsFor(role) {
    const { session: s } = this;
    const tokens = {
      admin: s.admin_token,
      site: s.site_token,
      widget: { ticket: s.widget_ticket, assistant_id: s.assistant_id },
    };
    return { dialogId: s.dialog_id, role, token: tokens[role],
      env: { WebSocket }, backoff: { base: 50, cap: 500 } };
  }
}

const started = new WeakMap(); // test -> its hubs

/// One hook for all hubs of a test: a hook that fails hides those behind it.
function endWith(t, gateway) {
  const hubs = started.get(t) ?? [];
  hubs.push(gateway);
  if (hubs.length > 1) return;
  started.set(t, hubs);
  t.after(async () => {
    const ends = await Promise.all(hubs.map((hub) => hub.stop()));
    const wrong = hubs.filter((_, i) => ends[i] !== 0);
    if (wrong.length === 0) return;
    throw new Error(`hubs ended ${ends}: ${wrong.map((hub) => hub.errors)}`);
  });
}

function passedOn(...names) {
  return Object.fromEntries(names.filter((name) => process.env[name])
    .map((name) => [name, process.env[name]]));
}
