// A deploy: the first node of BASE_URLS sends its clients away in the middle,
// each in its own slot, and they go on at the other nodes without a loss.
import { check, sleep } from 'k6';
import { drain, nodes } from './lib/hub.js';
import { correct } from './lib/subscriber.js';
import * as plan from './lib/plan.js';

if (nodes.length < 2)
  throw new Error('drain.js needs BASE_URLS with at least two nodes');

export const options = {
  scenarios: plan.scenarios({
    deploy: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'deploy' },
  }),
  summaryTrendStats: plan.trends,
  thresholds: Object.assign({
    drain_notices: ['count>0'],
    resume_ok: ['rate>0.999'],
    resets: ['count==0'],
    catch_up_time: [`p(99)<${__ENV.CATCH_UP_MS || 5000}`],
    checks: ['rate==1'],
  }, correct),
};

export function readers() {
  plan.openReaders(plan.seatOf);
}

export function deploy() {
  sleep(plan.runSeconds / 2);
  check(drain(0), { 'the node drains': (answer) => answer.status < 300 });
}

export const publisher = plan.publishNext;
export const handleSummary = plan.summarise('drain');
