// The whole page: panes, tabs, the example and the commands.

function choose(name) {
  for (const [other, pane] of Object.entries(panes)) {
    const isChosen = other === name;
    pane.element.classList.toggle("chosen", isChosen);
    pane.tab.setAttribute("aria-pressed", isChosen);
    if (!isChosen) continue;
    pane.unread(0);
    pane.log.scrollTop = pane.log.scrollHeight;
  }
}

const scene = [
  ["widget", "Hello! Is the blue lamp still in stock?"],
  ["admin", "Good morning. Let me look for you."],
  ["admin", "Yes, four of them. Shall I put one aside?"],
  ["site", "Please do. I come by at six."],
];

async function play() {
  byId("play").disabled = true;
  for (const [name, text] of scene) {
    await panes[name].post(text);
    await new Promise((done) => setTimeout(done, 700));
  }
  byId("play").disabled = false;
}

function showCommands(s) {
  const rows = Object.values(roles).flatMap((role) => [
    [`Listen as ${role.title}`, `wscat -c '${listenUrl(role, s)}'`],
    [`Post as ${role.title}`, curl(role, s)],
  ]);
  byId("commands").replaceChildren(...rows.map(commandRow));
}

function commandRow([what, command]) {
  const row = document.createElement("li");
  const label = document.createElement("span");
  const code = document.createElement("code");
  const copy = document.createElement("button");
  label.textContent = what;
  code.textContent = command;
  code.tabIndex = 0;
  copy.type = "button";
  copy.className = "link";
  copy.textContent = "Copy";
  copy.setAttribute("aria-label", `Copy: ${what}`);
  copy.addEventListener("click", () => copyText(code, copy));
  row.append(label, code, copy);
  return row;
}

async function copyText(code, button) {
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    // Not a secure context: the old way.
    getSelection().selectAllChildren(code);
    document.execCommand("copy");
  }
  button.textContent = "Copied";
  byId("announcer").textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

for (const name of Object.keys(roles)) panes[name] = new Pane(name);
choose("admin");
byId("play").addEventListener("click", play);
