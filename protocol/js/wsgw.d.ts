/** A durable event, or one that was published without a number. */
export interface HubEvent<Data = any> {
  /** Its number in the dialog's log; absent: published beside the log. */
  seq?: number;
  /** "Everything up to and including this event." */
  cursor?: string;
  /** `message:new`, `handoff_requested`, … */
  name: string;
  data: Data;
  /** RFC 3339, UTC. */
  ts?: string;
  /** It happened before we (re)joined, or had to be fetched. */
  replay: boolean;
}

/** `typing_start`, `typing_stop`, `read`, `message_received`. */
export interface Ephemeral {
  name: string;
  data: { role?: string; conn?: string; seq?: number; [key: string]: any };
}

export type Role = "admin" | "widget" | "site";
export type Transport = "websocket" | "sse";
export type ReconnectRule =
  | "never" | "at_once" | "new_token" | "backoff" | "long_backoff";

/**
 * - `connecting`: an attempt is under way
 * - `live`: events arrive as they happen
 * - `lagging`: we read too slowly; events arrive in pages, at our pace
 * - `waiting`: for the next attempt
 * - `offline`: the platform says that there is no network
 * - `suspended`: by `disconnect()`, or in the back/forward cache
 * - `closed`: for good
 */
export type State =
  | "connecting" | "live" | "lagging" | "waiting" | "offline" | "suspended"
  | "closed";

export interface CloseInfo {
  /** The close code, an HTTP status, 1006 (broken), or 0 (no attempt made). */
  code: number;
  reason: string;
  rule: ReconnectRule;
  /** Until the next attempt; absent: there is none. */
  delayMs?: number;
}

export interface StateInfo extends Partial<CloseInfo> {
  state: State;
  transport?: Transport;
}

export type ResetReason =
  | "epoch" | "trimmed" | "ahead" | "malformed" | "broker_lost_tail";

export interface Events {
  /** The next event is given when the returned promise is fulfilled. */
  event: HubEvent;
  /** Refetch the dialog from the backend; events go on behind `cursor`. */
  reset: { reason: ResetReason; cursor: string };
  ephemeral: Ephemeral;
  /** Members by role on all nodes; for admins. */
  presence: { admin: number; widget: number; site: number };
  state: StateInfo;
  /** A connection has ended. */
  close: CloseInfo;
  /** The first frame of every connection. */
  hello: { conn: string; room: string; role: Role; cursor: string;
    resume: "fresh" | "replayed" | "reset"; replay: number; more?: boolean;
    [key: string]: any };
  /** The hub leaves; it closes at the latest in so many milliseconds. */
  drain: { retryAfterMs: number };
  /** Our new token was taken: when it expires; null: it has no end. */
  refreshed: string | null;
  /**
   * Something went wrong and the hub goes on: `token`, `storage`, `handler`,
   * `overflow`, `bad_frame`, `bad_cursor`, or a code of the hub.
   */
  error: { code: string; message: string; error?: unknown;
    event?: unknown; ref?: string | number };
}

/** A plain text is sent as the role's parameter (token, site_token, ticket). */
export type Token = string | Record<string, string | number>;

export interface CursorStorage {
  get(key: string): string | undefined | null | Promise<string | undefined | null>;
  set(key: string, value: string): void | Promise<void>;
}

export interface Options {
  /** Where the hub is: http(s) or ws(s), with a path prefix if it has one. */
  url?: string;
  /** Several hubs: after an attempt in vain the next one is tried. */
  endpoints?: string[];
  dialogId: number | string;
  /** Default "admin". */
  role?: Role;
  /** Instead of the role's: e.g. "site/dialogs/10". */
  path?: string;
  /** Asked at the start, after 4001 and when the hub says "expiring". */
  token?: Token | ((why: "connect" | "expiring") => Token | Promise<Token>);
  /** Ask before every attempt: single-use tickets. Default false. */
  tokenPerAttempt?: boolean;
  /** More query parameters, e.g. `{ assistant_id: 3 }`. */
  params?: Record<string, string | number>;
  /** What the page was rendered with; goes before the stored one. */
  cursor?: string;
  /** Where the cursor is kept. Default "memory". */
  storage?: "memory" | "local" | "session" | CursorStorage;
  /** Default `wsgw:cursor:<role>:<dialogId>`. */
  storageKey?: string;
  /** Default "auto". */
  transport?: "auto" | Transport;
  /** Acknowledge by `ack()` only. Default false. */
  manualAck?: boolean;
  /** At most one acknowledgement in so many ms beside pongs. Default 1000; 0: none. */
  ackMs?: number;
  /** Events per `pull`, 1-500. Default 200. */
  pageSize?: number;
  /** Events that may wait for the handler; beyond it they are fetched later. */
  maxQueued?: number;
  maxQueuedBytes?: number;
  /** Until the hub's first frame. Default 10000. */
  connectTimeoutMs?: number;
  /** Default 30000. */
  offlineRetryMs?: number;
  /** Default { base: 500, cap: 30000 }. */
  backoff?: { base?: number; cap?: number };
  /** Replaces parts of the platform: `{ WebSocket }` for Node below 22. */
  env?: Record<string, any>;
}

export interface Info {
  state: State;
  transport?: Transport;
  /** The hub's name for this connection. */
  conn?: string;
  /** Everything up to here has been processed. */
  cursor?: string;
  received?: number;
  processed?: number;
  /** What the hub was told of `processed`. */
  acked?: number;
  /** The highest number known to exist. */
  head: number;
  queued: number;
  duplicates: number;
  reconnects: number;
}

export declare class Hub implements AsyncIterable<HubEvent> {
  private constructor(options: Options);
  readonly state: State;
  readonly transport?: Transport;
  readonly cursor?: string;
  readonly presence?: Events["presence"];
  on<Name extends keyof Events>(
    name: Name, handler: (value: Events[Name]) => unknown,
  ): () => void;
  off<Name extends keyof Events>(
    name: Name, handler: (value: Events[Name]) => unknown,
  ): void;
  info(): Info;
  ack(what: number | HubEvent): void;
  typing(state?: "start" | "stop"): boolean;
  read(seq: number): boolean;
  disconnect(): void;
  reconnect(): void;
  close(): void;
  [Symbol.asyncIterator](): AsyncIterator<HubEvent>;
}

export declare function connect(options: Options): Hub;
/** What to do after a close code; for programs with a WebSocket of their own. */
export declare function ruleOfClose(code: number, isDrained?: boolean): ReconnectRule;
export declare function memoryStorage(): CursorStorage;
export declare function webStorage(area: Storage): CursorStorage;
