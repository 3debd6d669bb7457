/** Keeps a source's channel open: opens it, listens, opens it again when it breaks, and knows when nobody listened. */

import { createHash } from 'node:crypto';

import WebSocket from 'ws';

import { callAll } from './call.js';
import { bodyOf } from './egress.js';
import { checkChannel, checkReaction } from './events.js';
import {
  CALL_MS,
  CHANNEL_BACKOFF_MS,
  CHANNEL_GAP_MS,
  CHANNEL_PROVEN_MS,
  CONNECT_MS,
  GAP_RUN_MS,
  MAX,
  MAX_HEARTBEAT_MS,
  MAX_UNANSWERED_HEARTBEATS,
} from './limits.js';
import { Offline } from './session.js';
import { Lock } from './store.js';

/** Keep the channel of a source open, until it is not followed any more or has none. */
export async function keepOpen(followed, data) {
  const { source, signal, say } = followed;
  if (source.plan.eventDelivery !== 'channel') return;
  // No two sources may claim the same: each event would go to one of them.
  const locks = source.plan.exclusive.map((text) => Lock.take(data, `exclusive-${digest(text)}`));
  if (locks.includes(undefined)) {
    say({ channel: 'taken' });
  } else {
    const channel = new Channel(followed);
    while (!signal.aborted && (await channel.attempt()));
  }
  for (const lock of locks) lock?.free();
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

class Channel {
  #followed;
  #failed = 0;
  #gapRunMs = -Infinity;

  constructor(followed) {
    this.#followed = followed;
  }

  /** Open a connection and listen until a new one is needed. Whether there is a channel at all. */
  async attempt() {
    const channel = await this.#followed.ask('openChannel', [], CALL_MS.offline, checkChannel);
    if (channel === null) return false;
    const began = performance.now();
    const isMoving = channel !== undefined && (await this.#listen(channel));
    if (CHANNEL_PROVEN_MS <= performance.now() - began) this.#failed = 0;
    // One that is sent away as soon as it comes must not come back at once for ever.
    if (isMoving && this.#failed === 0) {
      this.#failed = 1;
      return true;
    }
    const pauseMs = Math.min(CHANNEL_BACKOFF_MS.first * 2 ** this.#failed, CHANNEL_BACKOFF_MS.most);
    this.#failed += 1;
    await this.#followed.pause(pauseMs);
    return true;
  }

  /** Listen to one connection until it ends, or the source wants another. Whether it does. */
  async #listen({ url, subprotocols, ...channel }) {
    const { source, signal } = this.#followed;
    try {
      const socket = await connect(source, url, subprotocols);
      this.#connected();
      return await new Line(this.#followed, socket, channel).listen();
    } catch (error) {
      if (!signal.aborted) new Offline(source, source.sealed().reader).log('warning', `the channel broke: ${error.message}`);
      return false;
    }
  }

  #connected() {
    const { source, say } = this.#followed;
    const heardMs = source.store.note('heard') ?? -Infinity;
    source.store.keepNote('heard', Date.now());
    say({ channel: 'open' });
    if (Date.now() - heardMs <= CHANNEL_GAP_MS || Date.now() - this.#gapRunMs < GAP_RUN_MS) return;
    this.#gapRunMs = Date.now();
    this.#followed.readEverything();
  }
}

/** Open a WebSocket by the same way out as a request: its `https:` origin is granted, and it takes the same proxy. */
function connect({ egress }, text, subprotocols) {
  const url = URL.parse(text);
  const origin = url && URL.parse(text.replace(/^ws/, 'http')).origin;
  if (url?.protocol !== 'wss:' && url?.protocol !== 'ws:') throw new Error('its channel must be a wss: URL');
  if (!egress.grants(origin)) throw new Error(`origin ${origin} is not granted to this source`);
  const socket = new WebSocket(url, subprotocols, {
    agent: url.protocol === 'wss:' ? egress.agents.https : egress.agents.http,
    followRedirects: false,
    handshakeTimeout: CONNECT_MS,
    maxPayload: MAX.channelMessage,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}

/** One connection. */
class Line {
  #followed;
  #socket;
  #heartbeat;
  #heartbeatMs;
  #state;
  #unanswered = 0;
  #beats;
  #ended = Promise.withResolvers();
  /** Messages are handed over in order, each with the state that the last one left. */
  #queue = Promise.resolve();

  constructor(followed, socket, { heartbeat, heartbeatMs, state }) {
    this.#followed = followed;
    this.#socket = socket;
    this.#heartbeat = heartbeat;
    this.#heartbeatMs = heartbeatMs;
    this.#state = state;
  }

  /** Listen until it ends. Whether the source wants another connection. */
  async listen() {
    const { signal } = this.#followed;
    const stop = () => this.#ended.resolve(false);
    signal.addEventListener('abort', stop, { once: true });
    // It may have come while the channel was opened.
    if (signal.aborted) stop();
    for (const sign of ['ping', 'pong']) this.#socket.on(sign, () => this.#heard());
    this.#socket.on('message', (data, isBinary) => this.#message(data, isBinary));
    this.#socket.on('error', (error) => this.#ended.reject(error));
    this.#socket.on('close', () => this.#ended.resolve(false));
    this.#beat();
    try {
      const isMoving = await this.#ended.promise;
      // What was heard is still acknowledged.
      await this.#queue;
      return isMoving;
    } finally {
      signal.removeEventListener('abort', stop);
      clearInterval(this.#beats);
      this.#socket.close();
    }
  }

  #heard() {
    this.#unanswered = 0;
    this.#followed.source.store.keepNote('heard', Date.now());
  }

  #beat() {
    clearInterval(this.#beats);
    this.#beats = setInterval(() => {
      if (MAX_UNANSWERED_HEARTBEATS <= this.#unanswered) this.#ended.reject(new Error('two heartbeats were not answered'));
      this.#unanswered += 1;
      if (this.#heartbeat) this.#send(this.#heartbeat, this.#heartbeat.tag === 'bytes');
      else this.#socket.ping();
    }, Math.min(this.#heartbeatMs, MAX_HEARTBEAT_MS));
  }

  #message(data, isBinary) {
    this.#heard();
    this.#queue = this.#queue.then(() => this.#react(bodyOf(data), isBinary)).catch((error) => this.#ended.reject(error));
  }

  /** Understand a message, keep what it says, then acknowledge it, or refuse it if that cannot be kept. */
  async #react(message, isBinary) {
    const { source } = this.#followed;
    const { settings, reader } = source.sealed();
    const session = new Offline(source, reader);
    const [{ ok, err }] = await callAll(source.component, 'frame', [[settings, this.#state, message]], session, CALL_MS.frame);
    if (err !== undefined) {
      // It makes no sense; the source pushes again what it wants to be answered.
      const { code, message: why } = reader.diagnosis(err.diagnosis);
      session.log('warning', `a message of the channel was not understood: ${code}: ${why}`);
      return;
    }
    const { replies, refusals, events, reconnect, heartbeatMs, state } = checkReaction(ok, reader);
    this.#state = state ?? this.#state;
    const answers = this.#kept(events, session) ? replies : refusals;
    for (const answer of answers) this.#send(answer, isBinary || answer.tag === 'bytes');
    if (heartbeatMs != null) {
      this.#heartbeatMs = heartbeatMs;
      this.#beat();
    }
    if (reconnect) this.#ended.resolve(true);
  }

  #kept(events, session) {
    try {
      this.#followed.keep(events);
      return true;
    } catch (error) {
      session.log('error', `what the source pushed cannot be kept: ${error.message}`);
      return false;
    }
  }

  /** Text as text, unless the other end speaks in binary messages. */
  #send({ val }, isBinary) {
    this.#socket.send(val, { binary: isBinary });
  }
}
