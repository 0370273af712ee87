// The old load script's scenario, done right: a visitor's widget connects, the
// operator's message is posted over HTTP, and the widget must hear it. Speaks
// the legacy dialect and answers __ping__, as the widget does.
//
// API_BASE   the backend (the hub itself in demo mode)   http://127.0.0.1:8001
// WS_BASE    the hub                                              API_BASE
// CREATE     1: asks the backend for a dialog first (GET /api/widget/dialogs)
import exec from 'k6/execution';
import http from 'k6/http';
import { check } from 'k6';
import { WebSocket } from 'k6/websockets';
import { setTimeout, clearTimeout } from 'k6/timers';
import { Trend } from 'k6/metrics';
import { number, socketUrl, text } from './lib/hub.js';
import * as plan from './lib/plan.js';

const api = text('API_BASE', 'http://127.0.0.1:8001');
const hub = text('WS_BASE', api);
const assistant = text('ASSISTANT_ID', '3');
const roundTrip = new Trend('message_round_trip', true);

export const options = {
  vus: number('VUS', 50),
  duration: text('DURATION_TEXT', `${number('DURATION', 60)}s`),
  summaryTrendStats: plan.trends,
  thresholds: {
    http_req_failed: ['rate<0.01'],
    http_req_duration: ['p(95)<800'],
    message_round_trip: [`p(95)<${__ENV.LATENCY_MS || 1000}`],
    checks: ['rate>0.98'],
  },
};

function dialogOf() {
  if (text('CREATE', '') === '')
    return number('FIRST_DIALOG', 1000) + exec.vu.idInTest;
  const guest = `k6-${exec.vu.idInTest}-${exec.vu.iterationInScenario}`;
  const answer = http.get(
    `${api}/api/widget/dialogs?assistant_id=${assistant}&guest_id=${guest}`);
  check(answer, { 'dialog was made': (r) => r.status === 200 });
  const made = answer.json();
  return (Array.isArray(made) ? made[0] : made).id;
}

export default function () {
  const dialog = dialogOf();
  const credential = socketUrl(hub, 'widget', dialog).split('?')[1];
  const socket = new WebSocket(socketUrl(hub, 'widget', dialog));
  const words = `hello ${exec.vu.idInTest}/${exec.vu.iterationInScenario}`;
  let sentAt = 0;
  let isHeard = false;
  const patience = setTimeout(() => socket.close(), 10000);
  socket.onopen = () => {
    sentAt = Date.now();
    const posted = http.post(
      `${api}/api/widget/dialogs/${dialog}/messages?${credential}`,
      JSON.stringify({ sender: 'manager', text: words }),
      { headers: { 'Content-Type': 'application/json' }, tags: { name: 'post message' } });
    check(posted, { 'message was taken': (r) => r.status === 200 || r.status === 201 });
  };
  socket.onmessage = (event) => {
    if (event.data === '__ping__') {
      socket.send('__pong__');
      return;
    }
    if (JSON.parse(event.data).text !== words)
      return;
    isHeard = true;
    roundTrip.add(Date.now() - sentAt);
    setTimeout(() => socket.close(), 1000 + 2000 * Math.random());
  };
  socket.onclose = () => {
    clearTimeout(patience);
    check(isHeard, { 'widget heard the message': (heard) => heard });
  };
  socket.onerror = () => check(false, { 'widget was let in': (ok) => ok });
}

export const handleSummary = plan.summarise('widget');
