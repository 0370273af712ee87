// Asking the hub: the bearer, refusals, and the beat of the questions.

const root = new URL(location.pathname.replace(/debug\/ui\/?$/, ""), location);
const bearerKey = "wsgw.inspector.bearer";

const bearer = {
  // Only for this tab: a token has no business in localStorage or a cookie.
  get: () => sessionStorage.getItem(bearerKey) ?? "",
  set: (token) => sessionStorage.setItem(bearerKey, token),
  forget: () => sessionStorage.removeItem(bearerKey),
};

/// The hub's "no", with its stable word.
class Refusal extends Error {
  constructor(status, body) {
    super(body.message ?? body.error ?? `HTTP ${status}`);
    this.status = status;
    this.word = body.error ?? "";
  }

  get isAboutAccess() {
    return this.status === 401 || this.status === 403;
  }
}

/// What the hub answers to a GET, or to a POST of `body`.
async function ask(path, body = undefined, signal = undefined) {
  const headers = {};
  if (bearer.get()) headers.Authorization = `Bearer ${bearer.get()}`;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(new URL(path, root), {
    method: body ? "POST" : "GET", headers, signal, cache: "no-store",
    credentials: "omit", redirect: "error",
    body: body ? JSON.stringify(body) : undefined,
  });
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, content);
  return content;
}

const query = (values) => new URLSearchParams(
  Object.entries(values).filter(([, value]) => value)).toString();

/// Calls `turn` every two seconds while the page can be seen, never twice at
/// the same time, and at once when something has changed.
class Beat {
  static every = 2000;
  static patience = 8000;

  #turn;
  #timer;
  #running;
  #again = false;
  isPaused = false;

  constructor(turn) {
    this.#turn = turn;
    document.addEventListener("visibilitychange", () => this.now());
  }

  get isResting() {
    return this.isPaused || document.hidden;
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    this.now();
  }

  /// A turn as soon as possible, also while paused: somebody asked for it.
  async now() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    if (document.hidden) return;
    this.#running = new AbortController();
    const late = setTimeout(() => this.#running.abort(), Beat.patience);
    await this.#turn(this.#running.signal);
    clearTimeout(late);
    this.#running = undefined;
    if (this.#again) {
      this.#again = false;
      this.now();
    } else if (!this.isResting) {
      this.#timer = setTimeout(() => this.now(), Beat.every);
    }
  }
}

/// Turns counters into rates: what they grew by since the last look.
class Rates {
  #last = new Map();

  /// The growth of `value` per second; undefined at the first look, and when a
  /// counter went back (the hub is another one).
  of(key, value, at) {
    const before = this.#last.get(key);
    // Two looks in a row say nothing about a second.
    if (before && at - before.at < 500) return before.rate;
    const fresh = before && value >= before.value
      ? ((value - before.value) * 1000) / (at - before.at) : undefined;
    this.#last.set(key, { value, at, rate: fresh });
    return fresh;
  }

  /// Forgets what was not looked at for a minute.
  tidy(at) {
    for (const [key, { at: seen }] of this.#last) {
      if (at - seen > 60_000) this.#last.delete(key);
    }
  }
}
