/** The callback address: each delivery is understood, its events stored, and only then acknowledged. */

import http from 'node:http';

import { call, ContractError, Died } from './call.js';
import { bodyOf } from './egress.js';
import { checkReceipt } from './events.js';
import { CALL_MS, MAX, MAX_DELIVERIES } from './limits.js';
import { Offline } from './session.js';
import { byteLength } from './words.js';

/** Headers that are the host's: cookies, credentials, and what a reverse proxy adds. */
const HOST_HEADERS = /^(cookie|authorization|proxy-.*|forwarded|x-forwarded-.*|x-real-ip)$/;

const CONTENT_TYPES = { text: 'text/plain; charset=utf-8', json: 'application/json', xml: 'application/xml; charset=utf-8' };

/** What every answer carries, so that no browser takes the body for a page of this host. */
const OWN_HEADERS = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Listen at `HOST:PORT`: the address that it became, and how it is closed. */
export async function listen(followed, at) {
  const turns = { underWay: 0 };
  const server = http.createServer((request, response) => {
    answer(followed, request, turns).then(
      ({ status, contentType, body = '' }) => {
        const type = contentType && { 'content-type': CONTENT_TYPES[contentType] };
        response.writeHead(status, { ...OWN_HEADERS, ...type }).end(body);
      },
      // Whoever sent it went away before it was there.
      () => response.destroy(),
    );
  });
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(at);
  await new Promise((resolve, reject) => server.once('error', reject).listen(Number(port), host, resolve));
  const { address, port: chosen } = server.address();
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { address: `${address.includes(':') ? `[${address}]` : address}:${chosen}`, close };
}

/** Whoever sent something wrong gets this, whatever was wrong with it; whom nobody can hear now should send it again. */
const REFUSED = { status: 403 };
const LATER = { status: 503 };

async function answer(followed, request, turns) {
  const { source } = followed;
  const [path, query = ''] = request.url.split(/\?(.*)/s);
  if (path !== `/callbacks/${source.name}`) return { status: 404 };
  if (request.method !== 'GET' && request.method !== 'POST') return { status: 405 };
  const body = MAX.deliveryQuery < byteLength(query) ? undefined : await readBody(request);
  if (body === undefined) return { status: 413 };
  if (!source.plan || !source.component.hasEvents) return REFUSED;
  const headers = Object.entries(request.headers)
    .filter(([name]) => !HOST_HEADERS.test(name))
    .map(([name, value]) => ({ name, value: String(value) }));
  if (MAX_DELIVERIES <= turns.underWay) return LATER;
  turns.underWay += 1;
  try {
    return await receive(followed, { method: request.method, query, headers, body: bodyOf(body) });
  } finally {
    turns.underWay -= 1;
  }
}

async function receive(followed, delivery) {
  const { source } = followed;
  const { settings, reader } = source.sealed();
  const session = new Offline(source, reader);
  try {
    const received = await call(source.component, 'receive', [settings, delivery], session, CALL_MS.delivery);
    const receipt = checkReceipt(received, reader);
    followed.keep(receipt.events);
    return receipt;
  } catch (error) {
    // Also what kills the connector: another answer would show how far it came. A wrong signature is anybody's to send, and
    // must not end this process.
    if (error instanceof ContractError || error instanceof Died) {
      const { code, message } = reader.diagnosis((error.failure ?? error.value).diagnosis);
      session.log('warning', `a delivery was refused: ${code}: ${message}`);
      return error.failure?.diagnosis.code === 'connector-overdue' ? LATER : REFUSED;
    }
    session.log('error', `a delivery could not be kept: ${error.message}`);
    return LATER;
  }
}

/** The whole body, or nothing where it is too large. */
async function readBody(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (MAX.delivery < length) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
