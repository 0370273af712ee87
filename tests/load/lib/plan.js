// The usual shape of a run: readers come, publishers publish for a while,
// everybody has a moment to read on, then the books are compared.
import exec from 'k6/execution';
import { check } from 'k6';
import { setTimeout } from 'k6/timers';
import { dialogs, firstDialog, number, publish, text } from './hub.js';
import { Subscriber, correct } from './subscriber.js';

export const vus = number('VUS', 5);
export const sockets = number('SOCKETS', 20); // per VU
export const seconds = number('DURATION', 20);
export const rate = number('RATE', 50);       // events a second, all dialogs
const ramp = number('RAMP', 2);               // seconds for all to connect
const settle = number('SETTLE', 4);           // seconds after the last event

export const runSeconds = ramp + seconds + settle;

/** Scenarios for k6: `readers` and `publisher`, with more if wanted. */
export function scenarios(more = {}) {
  return Object.assign({
    readers: {
      executor: 'per-vu-iterations', vus, iterations: 1, exec: 'readers',
      maxDuration: `${runSeconds + 30}s`,
    },
    publisher: {
      executor: 'constant-arrival-rate', rate, timeUnit: '1s',
      duration: `${seconds}s`, startTime: `${ramp}s`, exec: 'publisher',
      preAllocatedVUs: number('PUBLISHERS', 10), gracefulStop: '30s',
    },
  }, more);
}

/** Opens this VU's sockets spread over the ramp; `each(client, i)` sees them. */
export function openReaders(roleAndDialog, each = () => {}) {
  for (let i = 0; i < sockets; ++i) {
    const turn = (exec.vu.idInInstance - 1) * sockets + i;
    const { role, dialog } = roleAndDialog(turn);
    const client = new Subscriber(role, dialog, turn);
    setTimeout(() => client.open(), 1 + (ramp * 900 * i) / sockets);
    setTimeout(() => client.finish(), runSeconds * 1000);
    each(client, turn);
  }
}

export const roles = ['admin', 'site', 'widget'];
export const dialogOf = (turn) => firstDialog + (turn % dialogs);

/** Three to a dialog, one of each role; then the next dialog. */
export const seatOf = (turn) => ({
  role: roles[turn % 3], dialog: dialogOf(Math.floor(turn / 3)),
});

/** Thresholds of a run in which nobody is cut off. */
export const delivery = Object.assign({
  delivery_latency: [`p(99)<${text('LATENCY_MS', 1000)}`],
  events_received: ['count>0'],
  checks: ['rate==1'],
}, correct);

/** One event for one dialog after the other. */
export function publishNext() {
  const i = exec.scenario.iterationInTest;
  check(publish(dialogOf(i), i), { 'event was taken': (taken) => taken });
}

export const trends = ['avg', 'med', 'p(95)', 'p(99)', 'max', 'count'];

/** Writes the whole summary as JSON and prints the verdict on one line. */
export function summarise(name) {
  return (data) => {
    const failed = Object.entries(data.metrics).filter(([, metric]) =>
      Object.values(metric.thresholds || {}).some((t) => !t.ok));
    const words = [`scenario=${name}`];
    for (const key of shown)
      if (data.metrics[key])
        words.push(...facts(key, data.metrics[key].values));
    words.push(`failed=${failed.map(([key]) => key).join(',') || 'none'}`,
      `verdict=${failed.length === 0 ? 'pass' : 'fail'}`);
    const result = { stdout: `${words.join(' ')}\n` };
    result[text('SUMMARY', `summary-${name}.json`)] = JSON.stringify(data, null, 2);
    return result;
  };
}

const shown = ['events_received', 'events_missing', 'events_doubled',
  'events_of_other_dialogs', 'resets', 'lagging', 'drain_notices',
  'connect_ok', 'resume_ok', 'delivery_latency', 'catch_up_time',
  'ws_connecting', 'slow_read', 'message_round_trip'];

function facts(key, values) {
  if (values.count !== undefined && values.med === undefined)
    return [`${key}=${values.count}`];
  if (values.rate !== undefined)
    return [`${key}=${values.rate.toFixed(4)}`];
  return ['med', 'p(99)'].filter((stat) => values[stat] !== undefined)
    .map((stat) => `${key}_${stat.replace(/\W/g, '')}=${values[stat].toFixed(1)}ms`);
}
