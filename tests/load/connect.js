// How fast clients are let in: each iteration is one handshake up to the
// hello, at RATE a second; some stay for HOLD seconds.
import exec from 'k6/execution';
import { setTimeout } from 'k6/timers';
import { number } from './lib/hub.js';
import { Subscriber } from './lib/subscriber.js';
import * as plan from './lib/plan.js';

const holdMs = 1000 * number('HOLD', 1);

export const options = {
  scenarios: {
    connect: {
      executor: 'constant-arrival-rate', rate: plan.rate, timeUnit: '1s',
      duration: `${plan.seconds}s`, preAllocatedVUs: plan.rate * 3,
      gracefulStop: '15s',
    },
  },
  summaryTrendStats: plan.trends,
  thresholds: {
    ws_connecting: [`p(95)<${__ENV.CONNECT_MS || 500}`],
    connect_ok: ['rate>0.999'],
    dropped_iterations: ['count==0'],
  },
};

export default function () {
  const turn = exec.scenario.iterationInTest;
  const client = new Subscriber(plan.roles[turn % 3], plan.dialogOf(turn), turn);
  client.open();
  setTimeout(() => client.finish(), holdMs);
}

export const handleSummary = plan.summarise('connect');
