/** Sends the requests of one source: checks, grant, secrets, turn, connection, limits. It follows no redirect and tries once. */

import http from 'node:http';
import https from 'node:https';
import { createGunzip } from 'node:zlib';

import { Dialer } from './dial.js';
import { isTooDeep } from './documents.js';
import { denied, Fault, invalid, lost, timedOut, tooDeep, tooLarge } from './faults.js';
import { MAX, REQUEST_MS } from './limits.js';
import { Limiter } from './rate.js';
import { fill, Misuse, scrubber } from './sealed.js';
import { byteLength, CANCELLED } from './words.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];
const USER_AGENT = 'rollcall-node-host/0.1.0';

/** Headers between two neighbours (RFC 9110, section 7.6.1, and what proxies add), and others that are the host's own. */
const CONNECTION_HEADERS = [
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade'],
];
const HOST_HEADERS = [...CONNECTION_HEADERS, 'accept-encoding', 'content-length', 'expect', 'host'];

/** What describes a body as it travelled, not as it is handed over. */
const TRAVEL_HEADERS = [...CONNECTION_HEADERS, 'content-encoding', 'content-length'];

export class Egress {
  #grants;
  #dialer;
  #agents;
  #limiter = new Limiter([]);

  /** `grants` is a set of origins. */
  constructor({ proxy, ca, grants }) {
    this.#grants = grants;
    this.#dialer = new Dialer(proxy, ca);
    this.#agents = this.#dialer.agents();
  }

  /** Keep these limits from now on, across all runs. */
  limit(limits) {
    this.#limiter = new Limiter(limits);
  }

  throttled(bucket, waitMs) {
    this.#limiter.hold(bucket, waitMs);
  }

  /** Whether an origin is granted. */
  grants(origin) {
    return this.#grants.has(origin);
  }

  /** The agents that a channel connects with: the same way as requests, but that a proxy never reads what it says. */
  get agents() {
    return this.#agents;
  }

  /** Send a request of the contract: its result, a response or a fault. Nothing else is thrown. */
  async fetch(request, seals, signal) {
    try {
      return { tag: 'ok', val: await this.#fetch(request, seals, signal) };
    } catch (error) {
      if (signal.aborted) return { tag: 'err', val: { kind: 'cancelled', diagnosis: CANCELLED } };
      if (error instanceof Misuse) return new Fault('denied', error.code, error.message).result;
      if (error instanceof Fault) return error.result;
      return invalid(error.message).result;
    }
  }

  async #fetch(request, seals, signal) {
    const origin = URL.parse(request.url)?.origin;
    // With the secrets in place, because sizes count with them. One that will be denied keeps its tokens.
    const filled = this.#grants.has(origin) ? fill(seals, request, origin) : request;
    const url = checked(filled);
    if (!this.#grants.has(url.origin)) throw denied(url.origin === 'null' ? url.protocol : url.origin);
    const over = await this.#limiter.turn(filled.bucket, signal);
    try {
      const limitMs = Math.min(filled.timeoutMs ?? REQUEST_MS, REQUEST_MS);
      return scrubbed(await this.#exchange(url, filled, limitMs, signal), seals, url.origin);
    } finally {
      over();
    }
  }

  #exchange(url, request, limitMs, signal) {
    const isForwarded = url.protocol === 'http:' && this.#dialer.forwards;
    const agent = url.protocol === 'https:' ? this.#agents.https : isForwarded ? this.#agents.forward : this.#agents.http;
    const body = Buffer.from(request.body.val);
    const options = {
      agent,
      method: request.method,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      path: isForwarded ? url.href.split('#')[0] : url.pathname + url.search,
      headers: this.#headers(url, request, body, isForwarded),
      signal,
    };
    const { promise, resolve, reject } = Promise.withResolvers();
    const { request: send } = url.protocol === 'https:' ? https : http;
    const sent = send(options, (response) => {
      if (isForwarded && response.statusCode === 407) {
        sent.destroy();
        reject(this.#dialer.unforwarded(url.host, response));
        return;
      }
      read(response, url.origin).then(resolve, (error) => {
        sent.destroy();
        reject(error);
      });
    });
    const timer = setTimeout(() => sent.destroy(timedOut(url.origin, limitMs)), limitMs);
    sent.on('error', (error) => reject(error instanceof Fault ? error : lost(url.origin, error)));
    sent.end(body);
    return promise.finally(() => clearTimeout(timer));
  }

  /** As pairs, so that nothing is added but what stands here. */
  #headers(url, { headers, method }, body, isForwarded) {
    const given = headers.flatMap(({ name, value }) => [name, Buffer.from(value).toString('latin1')]);
    const has = (wanted) => headers.some(({ name }) => name.toLowerCase() === wanted);
    const own = ['host', url.host, 'accept-encoding', 'gzip'];
    if (!has('user-agent')) own.push('user-agent', USER_AGENT);
    if (0 < body.length || ['POST', 'PUT', 'PATCH'].includes(method)) own.push('content-length', String(body.length));
    if (isForwarded && this.#dialer.authorization) own.push('proxy-authorization', this.#dialer.authorization);
    return [...own, ...given];
  }
}

/** The URL of a request that keeps the contract. No value is repeated: each may be a token. */
function checked({ method, url, headers, body }) {
  if (!METHODS.includes(method)) throw invalid('its method is none of GET, POST, PUT, PATCH, DELETE and HEAD');
  if (MAX.url < byteLength(url)) throw invalid(`its url has more than ${MAX.url} bytes`);
  const parsed = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? URL.parse(url) : null;
  if (parsed === null) throw invalid('its url is not absolute');
  const [authority] = url.slice(url.indexOf('://') + 3).split(/[/\\?#]/);
  if (authority.includes('@')) throw invalid('its url has a name or password, which belong in a header');
  if (MAX.headers < headers.length) throw invalid(`it has ${headers.length} headers, more than ${MAX.headers}`);
  for (const { name, value } of headers) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw invalid('the name of a header is invalid');
    if (HOST_HEADERS.includes(name.toLowerCase())) throw invalid(`header "${name.toLowerCase()}" is the host's own`);
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) throw invalid(`the value of header "${name.toLowerCase()}" is invalid`);
  }
  const length = body.tag === 'text' ? byteLength(body.val) : body.val.length;
  if (MAX.requestBody < length) throw invalid(`its body has ${length} bytes, more than ${MAX.requestBody}`);
  return parsed;
}

/** A whole response, decompressed: never more than the limit in memory, and counted while it unfolds. */
async function read(response, origin) {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const isGzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!isGzip && encoding !== '' && encoding !== 'identity') {
    throw new Fault('other', 'encoding-unknown', `${origin} compressed its response as "${encoding}", which nobody asked for`);
  }
  const parts = [];
  let length = 0;
  let isEmpty = true;
  const stream = isGzip ? createGunzip() : response;
  if (isGzip) {
    response.on('data', () => (isEmpty = false));
    response.on('error', (error) => stream.destroy(error));
    response.pipe(stream);
  }
  try {
    for await (const part of stream) {
      length += part.length;
      if (MAX.responseBody < length) throw tooLarge(origin);
      parts.push(part);
    }
  } catch (error) {
    // The response to a HEAD says gzip and has no byte.
    if (!(isGzip && isEmpty && response.complete)) throw error instanceof Fault ? error : lost(origin, error);
  }
  if (!response.complete) throw lost(origin, new Error('the response was cut short'));
  return { status: response.statusCode, headers: headersOf(response), body: Buffer.concat(parts) };
}

function headersOf({ rawHeaders }) {
  const headers = [];
  for (let place = 0; place < rawHeaders.length; place += 2) {
    const name = rawHeaders[place].toLowerCase();
    if (!TRAVEL_HEADERS.includes(name)) headers.push({ name, value: Buffer.from(rawHeaders[place + 1], 'latin1') });
  }
  return headers;
}

/** The response with tokens in place of its secrets, and text wherever it is text. */
function scrubbed({ status, headers, body }, seals, origin) {
  const scrub = scrubber(seals);
  const seen = scrub(body);
  if (MAX.responseBody < seen.length) throw tooLarge(origin);
  if (isTooDeep(seen)) throw tooDeep(origin);
  return {
    status,
    headers: headers.map(({ name, value }) => ({ name, value: scrub(value).toString() })),
    body: bodyOf(seen),
  };
}

/** Bytes as the contract's body: text where they are UTF-8. */
export function bodyOf(bytes) {
  try {
    return { tag: 'text', val: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { tag: 'bytes', val: new Uint8Array(bytes) };
  }
}
