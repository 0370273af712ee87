// One subscriber as a careful page would be one: keeps its cursor, answers
// pings, comes back after every close that allows it, and counts what it
// should never see.
import { WebSocket } from 'k6/websockets';
import { setTimeout, clearTimeout } from 'k6/timers';
import { Counter, Rate, Trend } from 'k6/metrics';
import { nodes, socketUrl } from './hub.js';

export const metrics = {
  latency: new Trend('delivery_latency', true),
  catchUp: new Trend('catch_up_time', true),
  received: new Counter('events_received'),
  missing: new Counter('events_missing'),
  doubled: new Counter('events_doubled'),
  crossTalk: new Counter('events_of_other_dialogs'),
  resets: new Counter('resets'),
  lagging: new Counter('lagging'),
  drains: new Counter('drain_notices'),
  connected: new Rate('connect_ok'),
  resumed: new Rate('resume_ok'),
  closes: new Counter('closes_by_server'),
};

/** What makes a run fail, whatever the scenario. */
export const correct = {
  events_missing: ['count==0'],
  events_doubled: ['count==0'],
  events_of_other_dialogs: ['count==0'],
  connect_ok: ['rate>0.999'],
};

const noReturn = [1003, 1009, 4002, 4003, 4004, 4011];

export class Subscriber {
  /** `turn` picks the first node; `role` is admin, site or widget. */
  constructor(role, dialog, turn) {
    this.role = role;
    this.dialog = dialog;
    this.turn = turn;
    this.cursor = '';
    this.last = 0;       // the latest number it has
    this.head = 0;       // of the log, as the hub says
    this.isDone = false;
    this.attempts = 0;
    this.leftAt = 0;     // when it lost its connection
  }

  open() {
    const node = nodes[this.turn++ % nodes.length];
    const cursor = this.cursor ? `&cursor=${this.cursor}` : '';
    const socket =
      new WebSocket(socketUrl(node, this.role, this.dialog, `&v=1${cursor}`));
    this.socket = socket;
    this.isGreeted = false;
    socket.onmessage = (event) => this.take(JSON.parse(event.data));
    socket.onclose = (event) => this.closed(event.code);
    socket.onerror = () => {}; // a close follows, or never was an opening
  }

  /** Drops the connection as a network does, and comes back. */
  drop(afterMs = 0) {
    this.returnIn = afterMs;
    this.socket.close();
  }

  /** Ends for good; what the head promised and never came is missing. */
  finish() {
    this.isDone = true;
    clearTimeout(this.timer);
    if (this.head > this.last)
      metrics.missing.add(this.head - this.last);
    if (this.socket)
      this.socket.close();
  }

  closed(code) {
    if (!this.isGreeted && !this.isDone && !this.leftAt)
      metrics.connected.add(false);
    if (this.isDone || noReturn.includes(code))
      return;
    if (this.isGreeted)
      metrics.closes.add(1, { code: String(code) });
    this.leftAt = this.leftAt || Date.now();
    const backoff = Math.min(2000, 100 * 2 ** this.attempts++) * Math.random();
    const wait = this.returnIn ?? (code === 1012 && this.hasSlot ? 0 : backoff);
    this.returnIn = undefined;
    this.hasSlot = false;
    this.timer = setTimeout(() => this.open(), Math.max(1, wait));
  }

  take(frame) {
    switch (frame.type) {
    case 'hello': return this.greet(frame);
    case 'event': return this.event(frame);
    case 'skip': return this.advance(frame, frame.after ?? this.last);
    case 'page': return this.page(frame);
    case 'ping':
      this.head = Math.max(this.head, frame.seq);
      this.say({ type: 'pong', seq: this.last });
      if (frame.seq > this.last && !this.isLagging)
        this.say({ type: 'pull', after: this.last });
      return undefined;
    case 'lagging':
      metrics.lagging.add(1);
      this.isLagging = true;
      return this.say({ type: 'pull', after: this.last });
    case 'live':
      this.isLagging = false;
      return undefined;
    case 'reset':
      metrics.resets.add(1);
      return this.start(frame.cursor);
    case 'drain':
      metrics.drains.add(1);
      this.hasSlot = true;
      return undefined;
    default:
      return undefined;
    }
  }

  greet(frame) {
    this.isGreeted = true;
    this.attempts = 0;
    metrics.connected.add(true);
    if (this.cursor === '')
      return this.start(frame.cursor);
    metrics.resumed.add(frame.resume === 'replayed');
    if (frame.resume === 'reset') {
      metrics.resets.add(1);
      return this.start(frame.cursor);
    }
    this.head = Math.max(this.head, seqOf(frame.cursor));
    return this.caughtUp();
  }

  start(cursor) {
    this.cursor = cursor;
    this.last = this.head = seqOf(cursor);
    this.leftAt = 0;
  }

  event(frame) {
    if (frame.seq === undefined)
      return; // typing and the like
    if (frame.data.dialog !== this.dialog)
      metrics.crossTalk.add(1);
    if (frame.seq <= this.last) {
      metrics.doubled.add(1);
      return;
    }
    metrics.received.add(1);
    if (!frame.replay)
      metrics.latency.add(Date.now() - frame.data.sent_at);
    this.advance(frame, frame.seq - 1);
  }

  advance(frame, after) {
    if (after > this.last)
      metrics.missing.add(after - this.last);
    this.last = Math.max(this.last, frame.seq);
    this.head = Math.max(this.head, frame.seq);
    this.cursor = frame.cursor;
    this.caughtUp();
  }

  page(frame) {
    if (frame.more)
      this.say({ type: 'pull', after: this.last });
  }

  caughtUp() {
    if (this.leftAt === 0 || this.last < this.head)
      return;
    metrics.catchUp.add(Date.now() - this.leftAt);
    this.leftAt = 0;
  }

  say(command) {
    if (this.socket.readyState === 1)
      this.socket.send(JSON.stringify(command));
  }
}

function seqOf(cursor) {
  return Number(cursor.split(':')[1]);
}
