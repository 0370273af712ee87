// What the platform gives us; every part can be replaced.

export function environmentOf(given = {}) {
  const host = globalThis;
  const own = {
    WebSocket: host.WebSocket,
    fetch: host.fetch && ((...args) => host.fetch(...args)),
    document: host.document,
    window: host,
    navigator: host.navigator,
    random: Math.random,
    now: () => Date.now(),
    setTimeout: (call, ms) => host.setTimeout(call, ms),
    clearTimeout: (id) => host.clearTimeout(id),
    // Looked up late: a browser may refuse the mere look.
    get localStorage() {
      return host.localStorage;
    },
    get sessionStorage() {
      return host.sessionStorage;
    },
  };
  return Object.defineProperties(own, Object.getOwnPropertyDescriptors(given));
}

/// One timer that is set or not; setting it again moves it.
export class Timer {
  #env;
  #id;

  constructor(env) {
    this.#env = env;
  }

  get isSet() {
    return this.#id !== undefined;
  }

  set(ms, call) {
    this.clear();
    this.#id = this.#env.setTimeout(() => {
      this.#id = undefined;
      call();
    }, ms);
  }

  clear() {
    if (this.isSet) this.#env.clearTimeout(this.#id);
    this.#id = undefined;
  }
}
