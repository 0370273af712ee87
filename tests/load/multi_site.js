// Many sites at once: each dialog has its operator, its page and its widget,
// and no word of one dialog is ever heard in another.
import { correct } from './lib/subscriber.js';
import { dialogs, firstDialog } from './lib/hub.js';
import * as plan from './lib/plan.js';

export const options = {
  scenarios: plan.scenarios(),
  summaryTrendStats: plan.trends,
  thresholds: Object.assign({
    delivery_latency: [`p(99)<${__ENV.LATENCY_MS || 1000}`],
    events_received: ['count>0'],
    checks: ['rate==1'],
  }, correct),
};

export function readers() {
  plan.openReaders((turn) => ({
    role: plan.roles[turn % 3],
    dialog: firstDialog + (Math.floor(turn / 3) % dialogs),
  }));
}

export const publisher = plan.publishNext;
export const handleSummary = plan.summarise('multi_site');
