// What an operator may do: each deed is asked for twice and needs the bearer.

/// Opens a dialog and calls `submit(form)` until it succeeds; resolves to true
/// when it did, to false when somebody thought better of it.
function openDialog(dialog, wrong, submit) {
  const form = dialog.querySelector("form");
  return new Promise((resolve) => {
    const done = (isDone) => {
      form.onsubmit = form.onclick = dialog.onclose = null;
      if (dialog.open) dialog.close();
      resolve(isDone);
    };
    wrong.textContent = "";
    dialog.onclose = () => done(false);
    form.onclick = ({ target }) => {
      const what = target.closest("button")?.dataset.do;
      if (what === "forget") bearer.forget();
      if (what) done(false);
    };
    form.onsubmit = async (event) => {
      event.preventDefault();
      const button = form.querySelector("[type=submit]");
      button.disabled = true;
      try {
        await submit(form);
        done(true);
      } catch (error) {
        wrong.textContent = error.message;
      } finally {
        button.disabled = false;
      }
    };
    dialog.showModal();
  });
}

/// Asks for the bearer; `why` says what for.
async function enterBearer(why = "") {
  const form = byId("bearer").querySelector("form");
  form.elements.token.value = "";
  const opened = openDialog(byId("bearer"), byId("bearer-wrong"), async () => {
    const before = bearer.get();
    bearer.set(form.elements.token.value.trim());
    try {
      await ask("debug/v1/overview");
    } catch (error) {
      if (before) bearer.set(before);
      else bearer.forget();
      throw error.status === 401
        ? new Error("The hub does not know this token.") : error;
    }
  });
  byId("bearer-wrong").textContent = why;
  const isEntered = await opened;
  beat.now();
  return isEntered;
}

async function withBearer() {
  return bearer.get() !== "" || enterBearer("This needs the bearer.");
}

/// A confirmation: what will happen, what may be chosen, and the deed itself.
async function confirmDeed({ title, text, fields, go, act }) {
  if (!(await withBearer())) return;
  setText(byId("deed-title"), title);
  setText(byId("deed-text"), text);
  setText(byId("deed-go"), go);
  byId("deed-fields").replaceChildren(...fields);
  const isDone = await openDialog(byId("deed"), byId("deed-wrong"),
    async (form) => toast(await act(form.elements)));
  if (isDone) beat.now();
}

// What a v1 client does after each code, as its library has it.
const closings = [
  ["1012", "1012 · comes back after a moment"],
  ["4009", "4009 · comes back at once"],
  ["4001", "4001 · fetches a new token, comes back"],
  ["4011", "4011 · does not come back"],
];

const mostReasonBytes = 123; // RFC 6455 section 5.5

function checkReason({ target }) {
  const size = new TextEncoder().encode(target.value).length;
  target.setCustomValidity(size <= mostReasonBytes ? ""
    : `At most ${mostReasonBytes} bytes; this is ${size}.`);
}

function closeSocket(socket) {
  const reason = el("input", { name: "reason", maxlength: "123",
    value: "Closed by an operator", autocomplete: "off" });
  reason.addEventListener("input", checkReason);
  return confirmDeed({
    title: `Close connection ${socket.conn}?`,
    text: `${socket.role} of ${socket.room} from ${socket.address}` +
      (socket.user_id ? `, user ${socket.user_id}` : ""),
    fields: [
      el("label", {}, "Code ", el("select", { name: "code" },
        ...closings.map(([value, words]) => el("option", { value }, words)))),
      el("label", {}, "Reason ", reason)],
    go: "Close it",
    act: async ({ code, reason: why }) => {
      await ask("admin/v1/close", { conn: socket.conn,
        code: Number(code.value), reason: why.value });
      return `Connection ${socket.conn} was closed with ${code.value}.`;
    },
  });
}

function drainRoom(name) {
  return confirmDeed({
    title: `Drain ${name}?`,
    text: "Each of its clients is sent away with 1012 at a time of its own, " +
      "and may come back at once. v1 clients are told their time.",
    fields: [el("label", {}, "Spread over ", el("select", { name: "spread" },
      ...["0s", "1s", "5s", "30s", "2m"].map((value) =>
        el("option", { value, selected: value === "5s" }, value))))],
    go: "Drain it",
    act: async ({ spread }) => {
      const { connections, spread_ms: ms } = await ask("admin/v1/drain_room",
        { room: name, spread: spread.value });
      return `${plural(connections, "client")} of ${name} will leave within ` +
        `${ms / 1000} s.`;
    },
  });
}
