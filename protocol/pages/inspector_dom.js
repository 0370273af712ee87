// Building blocks of the inspector. Everything that comes from the hub (user
// ids, addresses, reasons, messages) enters the document as text, never as
// markup.

const byId = (id) => document.getElementById(id);

/// An element with attributes and children; children are texts or nodes.
function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/// The same of an SVG element.
function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  return filled(node, attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      node.setAttribute(key, value === true ? "" : value);
    }
  }
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/// Changes a text only when it is another one: selections survive.
function setText(node, text) {
  const fresh = String(text);
  if (node.textContent !== fresh) node.textContent = fresh;
}

// -- numbers for people ---------------------------------------------------------

const grouped = new Intl.NumberFormat("en");
const number = (n) => (n === null || n === undefined ? "–" : grouped.format(n));

function bytes(n) {
  if (n < 1024) return `${n} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = n / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const milliseconds = (ms) => `${ms >= 10 ? Math.round(ms) : ms.toFixed(1)} ms`;

function rate(perSecond) {
  if (perSecond === undefined) return "…";
  if (perSecond >= 1000) return `${grouped.format(Math.round(perSecond / 100) / 10)}k/s`;
  if (perSecond >= 10 || perSecond === 0) return `${Math.round(perSecond)}/s`;
  return `${perSecond.toFixed(1)}/s`;
}

function duration(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return `${hours} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(hours / 24)} days`;
}

const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;

/// `12:03:05.120`, in the reader's time zone.
function clockTime(iso) {
  const at = new Date(iso);
  const pad = (n, width = 2) => String(n).padStart(width, "0");
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}` +
    `.${pad(at.getMilliseconds(), 3)}`;
}

const roleCount = 6;

/// Who may see an event.
function audienceText(roles) {
  if (roles.length === roleCount) return "everyone";
  return roles.length === 0 ? "nobody" : roles.join(", ");
}

/// Says something once, also to a screen reader.
let toastEnds;
function toast(text) {
  const node = byId("toast");
  node.hidden = false;
  node.textContent = text;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => (node.hidden = true), 6000);
}
