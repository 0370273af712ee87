// Some readers take SLOW_MS for every event, too long for what is published.
// They must lag, pull page by page and lose nothing, and the fast ones must
// never notice.
import exec from 'k6/execution';
import { check, sleep } from 'k6';
import ws from 'k6/ws';
import { Counter } from 'k6/metrics';
import { firstDialog, nodes, number, socketUrl } from './lib/hub.js';
import { correct, metrics } from './lib/subscriber.js';
import * as plan from './lib/plan.js';

const slowRead = new Counter('slow_read');
const slowVus = number('SLOW_VUS', 2);

export const options = {
  scenarios: plan.scenarios({
    slow: {
      executor: 'per-vu-iterations', vus: slowVus, iterations: 1, exec: 'slow',
      maxDuration: `${plan.runSeconds + 60}s`,
    },
  }),
  summaryTrendStats: plan.trends,
  thresholds: Object.assign({
    delivery_latency: [`p(99)<${__ENV.LATENCY_MS || 1000}`],
    slow_read: ['count>0'],
    checks: ['rate==1'],
  }, correct),
};

export function readers() {
  plan.openReaders((turn) => ({ role: 'admin', dialog: plan.dialogOf(turn) }));
}

/** k6/ws hands over one frame at a time and reads no further meanwhile, which
 *  is what a slow client looks like from the hub. */
export function slow() {
  const dialog = firstDialog + (exec.scenario.iterationInTest % number('DIALOGS', 10));
  const end = Date.now() + plan.runSeconds * 1000;
  let last = -1;
  let isLagging = false;
  const url = socketUrl(nodes[0], 'admin', dialog, '&v=1');
  const answer = ws.connect(url, {}, (socket) => {
    const say = (command) => socket.send(JSON.stringify(command));
    socket.on('message', (data) => {
      const frame = JSON.parse(data);
      if (frame.type === 'hello')
        last = Number(frame.cursor.split(':')[1]);
      if (frame.type === 'event' && frame.seq !== undefined) {
        if (frame.seq !== last + 1)
          metrics.missing.add(1);
        last = frame.seq;
        slowRead.add(1);
        sleep(number('SLOW_MS', 50) / 1000);
      }
      if (frame.type === 'lagging') {
        metrics.lagging.add(1);
        isLagging = true;
      }
      if (frame.type === 'live')
        isLagging = false;
      if (frame.type === 'ping')
        say({ type: 'pong', seq: last });
      if (frame.type === 'lagging' || (frame.type === 'page' && isLagging))
        say({ type: 'pull', after: last, limit: 20 });
      if (Date.now() > end)
        socket.close();
    });
    socket.setTimeout(() => socket.close(), plan.runSeconds * 1000);
  });
  check(answer, { 'slow reader was let in': (r) => r && r.status === 101 });
}

export const publisher = plan.publishNext;
export const handleSummary = plan.summarise('slow_consumers');
