import { connect, ruleOfClose } from "./js/wsgw.js";

// The client module at work, for one pane.

const words = {
  connecting: "connecting",
  lagging: "catching up",
  offline: "offline",
  suspended: "cut",
};

/// Follows the dialog by v1. Its pane has `onState(state, text)`,
/// `onEvent(event)`, `onEphemeral(event)`, `onReplay(count)`,
/// `onReset(reason)` and `onPresence(counts)`.
class HubLink {
  constructor(role, pane, transport, cursor) {
    this.pane = pane;
    this.hub = connect({
      url: here.href,
      role: role.name,
      dialogId: session.dialog_id,
      // After a restart of the demo its old tokens are worthless.
      token: async () => role.credential(await freshSession()),
      tokenPerAttempt: true,
      transport,
      cursor,
    });
    this.listen();
  }

  listen() {
    const { hub, pane } = this;
    hub.on("event", (event) => pane.onEvent(event));
    hub.on("ephemeral", (event) => pane.onEphemeral(event));
    hub.on("presence", (counts) => pane.onPresence(counts));
    hub.on("reset", ({ reason }) => pane.onReset(reason));
    hub.on("hello", ({ resume, replay }) => {
      if (resume === "replayed") pane.onReplay(replay);
    });
    hub.on("drain", ({ retryAfterMs }) =>
      pane.note(`The hub leaves, our slot is in ${seconds(retryAfterMs)} s`));
    hub.on("state", (info) => this.tell(info));
  }

  get isCut() {
    return ["suspended", "closed"].includes(this.hub.state);
  }

  open() {
    this.hub.reconnect();
  }

  /// Cuts; the cursor stays.
  close() {
    this.hub.disconnect();
  }

  end() {
    this.hub.close();
  }

  typing(state) {
    this.hub.typing(state);
  }

  read(seq) {
    this.hub.read(seq);
  }

  figures() {
    return this.hub.info();
  }

  tell({ state, transport, code, reason, delayMs }) {
    const why = `${code || ""} ${reason || ""}`.trim();
    if (state === "live") {
      const how = transport === "sse" ? "event stream" : "WebSocket";
      this.pane.onState("live", `live · ${how}`);
    } else if (state === "waiting") {
      this.pane.onState("waiting", `${why}, again in ${seconds(delayMs)} s`);
    } else if (state === "closed") {
      this.pane.onState("ended", why);
    } else {
      const isCut = state === "suspended";
      this.pane.onState(isCut ? "ended" : "connecting", words[state]);
    }
  }
}

function seconds(ms) {
  return (ms / 1000).toFixed(1);
}
