// Few dialogs with many readers each: what one event costs when a whole room
// hears it.  k6 run -e DIALOGS=1 -e VUS=10 -e SOCKETS=100 fanout.js
import * as plan from './lib/plan.js';

export const options = {
  scenarios: plan.scenarios(),
  summaryTrendStats: plan.trends,
  thresholds: plan.delivery,
};

export function readers() {
  plan.openReaders(plan.seatOf);
}

export const publisher = plan.publishNext;
export const handleSummary = plan.summarise('fanout');
