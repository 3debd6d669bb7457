/** What leaves, and what is said about what comes of it. */

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { boundMemories } from '../src/component.js';
import { Egress } from '../src/egress.js';
import { mayCall } from '../src/reach.js';

const servers = [];
after(() => servers.forEach((server) => server.close()));

/** A server on a port of its own; its origin. */
async function serve(onRequest, onConnect) {
  const server = http.createServer(onRequest);
  if (onConnect) server.on('connect', onConnect);
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

const signal = new AbortController().signal;
const get = (url, more = {}) => ({ method: 'GET', url, headers: [], body: { tag: 'text', val: '' }, ...more });
const fetch = (egress, request, seals = []) => egress.fetch(request, seals, signal);
const to = (...origins) => new Egress({ grants: new Set(origins) });
const kindOf = async (answer) => {
  const { tag, val } = await answer;
  return tag === 'ok' ? val.status : `${val.kind} ${val.diagnosis.code}`;
};

test('a redirect is a response, and where it leads is not asked', async () => {
  let asked = 0;
  const origin = await serve((_, response) => {
    asked += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  assert.deepEqual([await kindOf(fetch(to(origin), get(`${origin}/`))), asked], [302, 1]);
});

test('an origin that is not granted gets nothing', async () => {
  const origin = await serve(() => assert.fail('it was asked'));
  assert.equal(await kindOf(fetch(to('https://a.example'), get(`${origin}/`))), 'denied origin-not-granted');
});

test('what is the host’s own is refused, and never repeated', async () => {
  const odd = [
    { method: 'CONNECT' },
    { url: 'https://a.example@b.example/' },
    { headers: [{ name: 'Host', value: 'x' }] },
    { headers: [{ name: 'x', value: 'a\r\nb: c' }] },
    { body: { tag: 'text', val: 'x'.repeat((1 << 20) + 1) } },
  ];
  for (const more of odd) {
    assert.equal(await kindOf(fetch(to('https://a.example'), get('https://a.example/', more))), 'other request-invalid');
  }
});

test('a small body that unfolds to too much is stopped', async () => {
  const origin = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(17 << 20))));
  assert.equal(await kindOf(fetch(to(origin), get(`${origin}/`))), 'too-large response-too-large');
});

test('a response that is cut short is no response', async () => {
  const origin = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('12345', () => response.destroy());
  });
  assert.equal(await kindOf(fetch(to(origin), get(`${origin}/`))), 'interrupted connection-lost');
});

test('a server that cannot be reached was sent nothing', async () => {
  assert.equal(await kindOf(fetch(to('http://127.0.0.1:9'), get('http://127.0.0.1:9/'))), 'not-sent connect-failed');
});

const through = (proxy) => new Egress({ grants: new Set(['https://a.example']), proxy: new URL(proxy) });
const refusing = (status, seen) => (request, socket) => {
  seen?.push(request.headers['proxy-authorization']);
  socket.end(`HTTP/1.1 ${status} No\r\n${status === 407 ? 'proxy-authenticate: Basic realm="x"\r\n' : ''}content-length: 0\r\n\r\n`);
};

test('a proxy that is not there is told from one that refuses, and from one that cannot reach the target', async () => {
  const request = get('https://a.example/');
  assert.equal(await kindOf(fetch(through('http://127.0.0.1:9'), request)), 'proxy-unreachable proxy-unreachable');
  for (const [status, expected] of [
    [407, 'proxy-refused proxy-password-missing'],
    [403, 'proxy-refused proxy-refused'],
    [405, 'proxy-refused proxy-no-tunnels'],
    [502, 'not-sent proxy-cannot-reach'],
  ]) {
    const proxy = await serve(() => assert.fail('it was not asked for a tunnel'), refusing(status));
    assert.equal(await kindOf(fetch(through(proxy), request)), expected);
  }
});

test('a wrong password of a proxy is sent once, whoever asks', async () => {
  const seen = [];
  const proxy = await serve(() => assert.fail(), refusing(407, seen));
  const egress = through(proxy.replace('//', '//me:wrong@'));
  const answers = await Promise.all([1, 2, 3].map(() => kindOf(fetch(egress, get('https://a.example/')))));
  assert.deepEqual(answers, Array(3).fill('proxy-refused proxy-auth-failed'));
  assert.equal(await kindOf(fetch(egress, get('https://a.example/'))), 'proxy-refused proxy-auth-failed');
  assert.deepEqual(seen, [`Basic ${Buffer.from('me:wrong').toString('base64')}`]);
});

test('a sealed secret leaves, and comes back as its token', async () => {
  const origin = await serve((request, response) => response.end(`you said ${request.headers.authorization}`));
  const seals = [{ setting: '/authorization', token: 'sealed-aaaa', secret: 'Bearer secret', origins: [origin] }];
  const request = get(`${origin}/`, { headers: [{ name: 'authorization', value: 'sealed-aaaa' }] });
  const { val } = await fetch(to(origin), request, seals);
  assert.equal(val.body.val, 'you said sealed-aaaa');
  const elsewhere = await serve(() => assert.fail('it was sent'));
  assert.equal(await kindOf(fetch(to(elsewhere), { ...request, url: `${elsewhere}/` }, seals)), 'denied secret-not-for-origin');
});

test('a memory grows to its bound and no further', () => {
  // A module with one memory of a page, and one that asks for 4 GiB.
  const module = (...limits) => Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 1 + limits.length, 1, ...limits]);
  const { bytes, memories } = boundMemories(module(0, 1));
  assert.deepEqual([memories, WebAssembly.validate(bytes), [...bytes.subarray(10)]], [1, true, [1, 1, 1, 0x80, 0x40]]);
  assert.throws(() => boundMemories(module(0, 0x80, 0x80, 4)), /more memory than it may have/);
  assert.throws(() => boundMemories(module(3, 1, 2)), /shared or of 64 bits/);
});

test('each export may call what the contract says', () => {
  assert.deepEqual([mayCall('receive', 'host', 'random'), mayCall('receive', 'tasks', 'wait')], [true, false]);
  assert.deepEqual([mayCall('check', 'storage', 'get'), mayCall('check', 'directory', 'beginApply')], [true, false]);
  assert.deepEqual([mayCall('sync', 'directory', 'removeMissing'), mayCall('handle', 'directory', 'removeMissing')], [true, false]);
});
