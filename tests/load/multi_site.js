// Many sites at once: each dialog has its operator, its page and its widget,
// and no word of one dialog is ever heard in another.
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
export const handleSummary = plan.summarise('multi_site');
