// What the demo page knows about the hub: addresses, tokens, posting.

const byId = (id) => document.getElementById(id);
const query = (values) => new URLSearchParams(values).toString();

const here = new URL(".", location.href);
const httpUrl = (path) => new URL(path, here).href;
const wsUrl = (path) => httpUrl(path).replace(/^http/, "ws");

// One row per endpoint: where it listens, where it posts, as whom.
const roles = {
  admin: {
    title: "Admin",
    sender: "manager",
    hint: "Answer as the operator",
    path: (s) => `ws/dialogs/${s.dialog_id}`,
    credential: (s) => ({ token: s.admin_token }),
    postPath: (s) => `api/dialogs/${s.dialog_id}/messages`,
    bearer: (s) => s.admin_token,
  },
  widget: {
    title: "Widget",
    sender: "user",
    hint: "Ask as a visitor",
    path: (s) => `ws/widget/dialogs/${s.dialog_id}`,
    credential: (s) => ({
      assistant_id: s.assistant_id,
      ticket: s.widget_ticket,
    }),
    postPath: (s) => `api/widget/dialogs/${s.dialog_id}/messages`,
  },
  site: {
    title: "Site",
    sender: "user",
    hint: "Ask from the site",
    path: (s) => `ws/site/dialogs/${s.dialog_id}`,
    credential: (s) => ({ site_token: s.site_token }),
    postPath: (s) => `api/site/dialogs/${s.dialog_id}/messages`,
  },
};

const listenUrl = (role, s) =>
  wsUrl(`${role.path(s)}?${query(role.credential(s))}`);

function postTarget(role, s) {
  const headers = { "Content-Type": "application/json" };
  if (role.bearer) {
    headers.Authorization = `Bearer ${role.bearer(s)}`;
    return { url: httpUrl(role.postPath(s)), headers };
  }
  const url = httpUrl(`${role.postPath(s)}?${query(role.credential(s))}`);
  return { url, headers };
}

let session; // { dialog_id, assistant_id, admin_token, … }
let asking; // the request under way, shared by the panes

/// Tokens for the next attempt. Asked anew each time: after a restart of the
/// hub the old ones are worthless.
function freshSession() {
  asking ??= fetch(httpUrl("api/demo/session"), { cache: "no-store" })
    .then(async (answer) => {
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      session = await answer.json();
      byId("dialog").textContent = `, dialog ${session.dialog_id}`;
      showCommands(session);
      return session;
    })
    .catch((error) => {
      throw error instanceof TypeError ? new Error("hub unreachable") : error;
    })
    .finally(() => {
      asking = undefined;
    });
  return asking;
}

function curl(role, s) {
  const { url, headers } = postTarget(role, s);
  const parts = Object.entries(headers).map(([k, v]) => ` -H '${k}: ${v}'`);
  const body = { sender: role.sender, text: "Hello from a terminal" };
  return `curl${parts.join("")} -d '${JSON.stringify(body)}' '${url}'`;
}

async function reasonOf(answer) {
  const body = await answer.json().catch(() => ({}));
  return `HTTP ${answer.status} ${body.message ?? body.error ?? ""}`;
}
