// Where a dialog is served, and what a token is called there.

// Like the hub's own table of endpoints (route.hpp); `credential` is the query
// parameter for a token that is a plain text.
const endpoints = {
  admin: { path: "dialogs/", credential: "token" },
  site: { path: "site/dialogs/", credential: "site_token" },
  widget: { path: "widget/dialogs/", credential: "ticket" },
};

/// The addresses of one dialog on one or more hubs.
export class Address {
  #bases;
  #path;
  #row;
  #params;
  #next = 0;

  constructor({ url, endpoints: list, dialogId, role, path, params }) {
    const bases = list ?? [url ?? globalThis.location?.href];
    if (!bases.length || !bases[0]) throw new TypeError("url is missing");
    this.#bases = bases.map(baseOf);
    this.#row = endpoints[role];
    if (!this.#row) throw new TypeError(`role: ${role}`);
    if (dialogId === undefined && !path) {
      throw new TypeError("dialogId is missing");
    }
    this.#path = path ?? `${this.#row.path}${encodeURIComponent(dialogId)}`;
    this.#params = params ?? {};
  }

  /// The next attempt asks the next hub.
  rotate() {
    this.#next = (this.#next + 1) % this.#bases.length;
  }

  webSocket(credentials, cursor) {
    const url = this.#full("ws/", credentials, cursor);
    url.protocol = url.protocol.replace("http", "ws");
    return url.href;
  }

  events(credentials, cursor) {
    return this.#full("sse/", credentials, cursor).href;
  }

  /// Query parameters of what the token hook gave: a text or an object.
  credentialsOf(token) {
    if (token === undefined || token === null) return {};
    if (typeof token === "object") return token;
    return { [this.#row.credential]: token };
  }

  /// The text to send in a `refresh`.
  static tokenText(token) {
    if (typeof token !== "object") return token;
    return token.token ?? token.ticket ?? token.site_token;
  }

  #full(kind, credentials, cursor) {
    const path = this.#path.replace(/^\/?(ws\/)?/, kind);
    const url = new URL(path, this.#bases[this.#next]);
    const query = { ...this.#params, ...credentials, v: 1 };
    if (cursor) query.cursor = cursor.text;
    for (const [name, value] of Object.entries(query)) {
      url.searchParams.set(name, value);
    }
    return url;
  }
}

/// A base as an http(s) URL that ends with a slash.
function baseOf(text) {
  const url = new URL(text, globalThis.location?.href);
  url.protocol = url.protocol.replace(/^ws/, "http");
  url.search = url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}
