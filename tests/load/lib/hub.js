// Where the hub is, how to be let in, how to publish. All of it comes from the
// environment (k6 run -e NAME=value); README.md lists the names.
import { sleep } from 'k6';
import crypto from 'k6/crypto';
import encoding from 'k6/encoding';
import http from 'k6/http';

export const number = (name, fallback) => Number(__ENV[name] || fallback);
export const text = (name, fallback) => __ENV[name] || fallback;

/** The nodes under test; clients take them in turn. */
export const nodes = text('BASE_URLS', text('BASE_URL', 'http://127.0.0.1:8001'))
  .split(',').map((url) => url.replace(/\/$/, ''));

export const dialogs = number('DIALOGS', 10);
export const firstDialog = number('FIRST_DIALOG', 1000);

const json = { 'Content-Type': 'application/json' };

function jwt(claims, secret) {
  const part = (value) => encoding.b64encode(JSON.stringify(value), 'rawurl');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${crypto.hmac('sha256', secret, signed, 'base64rawurl')}`;
}

function ticket(claims, secret) {
  const body = JSON.stringify(claims);
  const signature = crypto.hmac('sha256', secret, body, 'hex');
  return `${encoding.b64encode(body, 'rawurl')}.${signature}`;
}

function credential(role, dialog) {
  const now = Math.floor(Date.now() / 1000);
  const exp = now + 24 * 3600;
  if (role === 'admin')
    return `token=${jwt({ sub: '1', exp }, text('SECRET_KEY', ''))}`;
  if (role === 'site') {
    const claims = { user_id: 1, assistant_id: 3, type: 'site', iat: now, exp };
    return `site_token=${jwt(claims, text('SITE_SECRET', ''))}`;
  }
  const claims = {
    dialog_id: dialog, assistant_id: 3, role: 'widget', iat: now, exp,
    jti: crypto.hexEncode(crypto.randomBytes(8)),
  };
  return `assistant_id=3&ticket=${ticket(claims, text('WS_TICKET_SECRET', ''))}`;
}

const paths = {
  admin: '/ws/dialogs/', site: '/ws/site/dialogs/', widget: '/ws/widget/dialogs/',
};

/** The address of a socket; `query` is what the dialect adds. */
export function socketUrl(node, role, dialog, query = '') {
  const base = node.replace(/^http/, 'ws');
  return `${base}${paths[role]}${dialog}?${credential(role, dialog)}${query}`;
}

/** Publishes a message:new; `extra` joins its message. True when it was taken. */
export function publish(dialog, id, extra = {}) {
  const message = Object.assign(
    { id, dialog, text: 'x'.repeat(number('PAYLOAD', 200)), sent_at: Date.now() },
    extra);
  const node = nodes[id % nodes.length];
  const event = { type: 'message:new', message };
  // Any node takes it; a node that goes away is no reason to lose one, and the
  // key makes saying it twice harmless.
  const body = JSON.stringify(
    { dialog_id: dialog, event, idempotency_key: `k6:${dialog}:${id}` });
  const headers = Object.assign(
    { Authorization: `Bearer ${text('PUBLISH_TOKEN', '')}` }, json);
  for (let attempt = 0; attempt < 20; ++attempt) {
    const to = attempt === 0 ? node : nodes[(id + attempt) % nodes.length];
    const answer = http.post(`${to}/api/publish`, body, {
      headers, timeout: '5s', tags: { name: 'publish' },
      responseCallback: http.expectedStatuses({ min: 200, max: 599 }),
    });
    if (answer.status === 200)
      return true;
    sleep(0.05 * (attempt + 1));
  }
  return false;
}

/** Asks node `which` to send its clients away. */
export function drain(which) {
  return http.post(`${nodes[which]}/admin/v1/drain`, '{}', {
    headers: Object.assign(
      { Authorization: `Bearer ${text('DEBUG_TOKEN', '')}` }, json),
    tags: { name: 'drain' },
  });
}
