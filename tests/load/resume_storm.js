// Everybody loses the connection in the same moment and comes back with a
// cursor: the network (DROP=clients: the clients hang up by themselves) or the
// hub (DROP=hub: somebody restarts it meanwhile; tests/load/run kills it -9).
import { setTimeout } from 'k6/timers';
import { correct } from './lib/subscriber.js';
import * as plan from './lib/plan.js';

const dropsItself = (__ENV.DROP || 'clients') === 'clients';
const spreadMs = 1000 * Number(__ENV.STORM_SECONDS || 2);

export const options = {
  scenarios: plan.scenarios(),
  summaryTrendStats: plan.trends,
  thresholds: Object.assign({
    resume_ok: ['rate>0.999'],
    resets: ['count==0'],
    catch_up_time: [`p(99)<${__ENV.CATCH_UP_MS || 10000}`],
    checks: ['rate==1'],
  }, correct),
};

export function readers() {
  const half = (plan.runSeconds / 2) * 1000;
  plan.openReaders(plan.seatOf, (client) => {
    if (dropsItself)
      setTimeout(() => client.drop(Math.random() * spreadMs), half);
  });
}

export const publisher = plan.publishNext;
export const handleSummary = plan.summarise('resume_storm');
