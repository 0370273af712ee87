// What happens to the page we live in; in Node: nothing.

/// Calls `onShown` (also after the page was frozen), `onOnline`, `onOffline`,
/// `onSuspend` (the page goes into the back/forward cache) and `onRestore` of
/// its listener. A hidden page needs nothing: its sockets go on, and we have
/// no timer that would tick meanwhile.
export class PageLife {
  #env;
  #undo = [];

  constructor(env, listener) {
    this.#env = env;
    const { document, window } = env;
    const isPage = typeof document?.addEventListener === "function";
    if (isPage) {
      this.#listen(document, "visibilitychange", () => {
        if (document.visibilityState !== "hidden") listener.onShown();
      });
      this.#listen(document, "resume", () => listener.onShown());
    }
    if (typeof window?.addEventListener !== "function") return;
    this.#listen(window, "online", () => listener.onOnline());
    this.#listen(window, "offline", () => listener.onOffline());
    if (!isPage) return;
    this.#listen(window, "pagehide", (event) => {
      if (event.persisted) listener.onSuspend();
    });
    this.#listen(window, "pageshow", (event) => {
      if (event.persisted) listener.onRestore();
    });
  }

  /// False only when the platform is sure that there is no network.
  get isOnline() {
    return this.#env.navigator?.onLine !== false;
  }

  stop() {
    this.#undo.forEach((undo) => undo());
    this.#undo = [];
  }

  #listen(target, name, handler) {
    target.addEventListener(name, handler);
    this.#undo.push(() => target.removeEventListener(name, handler));
  }
}
