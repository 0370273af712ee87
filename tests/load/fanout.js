// Few dialogs with many readers each: what one event costs when a whole room
// hears it.  k6 run -e DIALOGS=1 -e VUS=10 -e SOCKETS=100 fanout.js
import { correct } from './lib/subscriber.js';
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
    role: plan.roles[turn % 3], dialog: plan.dialogOf(Math.floor(turn / 3)),
  }));
}

export const publisher = plan.publishNext;
export const handleSummary = plan.summarise('fanout');
