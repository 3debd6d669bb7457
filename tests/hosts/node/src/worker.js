/**
 * One call of a connector, in a worker that has nothing but messages: no files, no sockets, no environment. Whatever takes time
 * is done by the other side (`call.js`), which ends this worker where it computes for too long.
 *
 * What is known here is the contract's bookkeeping: tickets, how many there are, and who may call what.
 */

import { randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

import { LAST_WORDS, MAX } from './limits.js';
import { INTERFACE, mayCall } from './reach.js';
import { CANCELLED, clipped, diagnosis, invalidRequest } from './words.js';

const { source, modules, exported, args, alive } = workerData;

/** Why this call is ended whatever it answers: `{code, message}`. */
let broken;
let lastWords = '';

/** The connector broke the contract. The exception unwinds it; one that catches it is ended all the same. */
function breakOff(message, code = 'connector-broke-contract') {
  broken ??= { code, message };
  throw new Error(message);
}

/** A sign of life, and whether the host has the next move. */
function moves(isWaiting) {
  Atomics.add(alive, 0, 1);
  Atomics.store(alive, 1, isWaiting ? 1 : 0);
}

/** How many bytes of text and data a value carries across. */
function bytesIn(value) {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value === null || typeof value !== 'object') return 8;
  return Object.values(value).reduce((sum, one) => sum + bytesIn(one), 0);
}

function crosses(value) {
  if (MAX.crossing < bytesIn(value)) breakOff('more than 64 MiB crossed at once', 'connector-too-much-data');
  return value;
}

/** What the host answers to what a connector waits for. */
const questions = new Map();
let asks = 0;

function ask(question) {
  const { promise, resolve } = Promise.withResolvers();
  asks += 1;
  const id = asks;
  questions.set(id, resolve);
  parentPort.postMessage({ ...question, id });
  return promise;
}

/** Tickets: those under way by their kind, those that are ready in order of completion, and results named and not taken. */
const tickets = { next: 1, underWay: new Map(), ready: [], named: new Map(), requests: 0, bytes: 0 };
let isCancelled = false;
let wake = () => {};

function newTicket() {
  const untaken = tickets.underWay.size + tickets.ready.length + tickets.named.size;
  if (MAX.untaken <= untaken) breakOff(`it left more than ${MAX.untaken} results untaken`);
  tickets.next += 1;
  return tickets.next - 1;
}

function begin(kind, start) {
  const ticket = newTicket();
  tickets.underWay.set(ticket, kind);
  if (kind === 'request') tickets.requests += 1;
  if (isCancelled) finish(ticket, cancelled(kind));
  else start(ticket);
  return ticket;
}

function finish(ticket, result) {
  const kind = tickets.underWay.get(ticket);
  // Given up, and answered then.
  if (kind === undefined) return;
  tickets.underWay.delete(ticket);
  if (kind === 'request') tickets.requests -= 1;
  tickets.ready.push({ ticket, kind, result: kind === 'request' ? kept(result) : result });
  wake();
}

function kept(result) {
  const bytes = tickets.bytes + bytesOf(result);
  if (MAX.untakenBytes < bytes) {
    return fault('too-large', diagnosis('response-too-large', 'the connector left more than 256 MiB of responses untaken'));
  }
  tickets.bytes = bytes;
  return result;
}

function bytesOf({ tag, val }) {
  return tag === 'ok' ? bytesIn(val.body) : 0;
}

function fault(kind, why) {
  return { tag: 'err', val: { kind, diagnosis: why } };
}

function cancelled(kind) {
  if (kind === 'request') return fault('cancelled', CANCELLED);
  return kind === 'changes' ? { err: CANCELLED } : undefined;
}

function cancel() {
  isCancelled = true;
  for (const [ticket, kind] of [...tickets.underWay]) finish(ticket, cancelled(kind));
  wake();
}

async function wait(max) {
  while (tickets.ready.length === 0 && 0 < tickets.underWay.size) {
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
  const named = tickets.ready.splice(0, Math.min(Math.max(max, 1), MAX.wait));
  for (const { ticket, kind, result } of named) if (kind !== 'timer') tickets.named.set(ticket, { kind, result });
  return Uint32Array.from(named, ({ ticket }) => ticket);
}

/** The result of a ticket that was named, once; nothing for any other. */
function taken(ticket, kind) {
  const named = tickets.named.get(ticket);
  if (named?.kind !== kind) return undefined;
  tickets.named.delete(ticket);
  return named.result;
}

function beginRequest(request, place) {
  const refuse = (what) => begin('request', (ticket) => finish(ticket, fault('other', invalidRequest(what))));
  if (MAX.outstanding <= place) return refuse(`it is beyond the ${MAX.outstanding} of one call`);
  if (MAX.outstanding <= tickets.requests) return refuse(`more than ${MAX.outstanding} are outstanding`);
  return begin('request', (ticket) => parentPort.postMessage({ begin: 'request', ticket, value: request }));
}

function takeRequest(ticket) {
  const result = taken(ticket, 'request');
  if (result === undefined) return fault('other', invalidRequest(`ticket ${ticket} is not a request that is ready`));
  tickets.bytes -= bytesOf(result);
  return result;
}

function beginTimer(delayMs) {
  // The timer holds this worker, and this worker the process: Node ends in the middle of a back-off otherwise.
  return begin('timer', (ticket) => setTimeout(() => finish(ticket), Math.min(delayMs, MAX.timerMs)));
}

function takeApplied(ticket) {
  const why = invalidRequest(`ticket ${ticket} does not stand for changes that are ready`);
  return answered(taken(ticket, 'changes') ?? { err: why });
}

function random(length) {
  return randomFillSync(new Uint8Array(Math.min(length, MAX.random)));
}

function log(level, message) {
  const line = clipped(message, MAX.logLine);
  if (level === 'error') lastWords = `${lastWords}\n${line}`.trim().slice(-LAST_WORDS);
  parentPort.postMessage({ say: 'log', args: [level, line] });
}

/** What the host answered: a result, or an error of the contract, which jco wants thrown as it is. */
function answered({ ok, err }) {
  if (err !== undefined) throw err;
  return ok;
}

const asked = (question) => async (...given) => answered(await ask({ ask: question, args: given }));
const said = (word) => (...given) => void parentPort.postMessage({ say: word, args: given });

const IMPORTS = {
  host: { nowMs: () => BigInt(Date.now()), random, log },
  tasks: { wait, beginTimer },
  'http-client': {
    begin: (requests) => Uint32Array.from(requests, beginRequest),
    take: (wanted) => Array.from(wanted, takeRequest),
    throttled: said('throttled'),
  },
  storage: { get: asked('get'), write: asked('write'), scan: asked('scan') },
  history: { recordEntries: asked('recordEntries'), report: said('report') },
  directory: {
    listInventory: asked('listInventory'),
    findInventory: asked('findInventory'),
    beginApply: (changes) => begin('changes', (ticket) => parentPort.postMessage({ begin: 'changes', ticket, value: changes })),
    // Asynchronous, because it is one behind which a database may wait.
    takeApplied: async (ticket) => takeApplied(ticket),
    openReading: asked('openReading'),
    closeReading: asked('closeReading'),
    removeMissing: asked('removeMissing'),
    proposeClearings: asked('proposeClearings'),
    saveCheckpoint: asked('saveCheckpoint'),
  },
};

/** Each function of an interface, guarded: only where it may be called, never with too much, and as a sign of life. */
function guarded(name, functions) {
  const guard = ([fn, call]) => {
    const check = (given) => {
      if (!mayCall(exported, name, fn)) breakOff(`it called "${name}.${fn}" from "${exported}", which may not`);
      return crosses(given);
    };
    const isAsync = call.constructor.name === 'AsyncFunction';
    if (!isAsync) {
      return [
        fn,
        (...given) => {
          moves(false);
          return crosses(call(...check(given)));
        },
      ];
    }
    return [
      fn,
      async (...given) => {
        check(given);
        moves(true);
        try {
          return crosses(await call(...given));
        } finally {
          moves(false);
        }
      },
    ];
  };
  return Object.fromEntries(Object.entries(functions).map(guard));
}

parentPort.on('message', (message) => {
  if (message.cancel) cancel();
  else if (message.done !== undefined) finish(message.done, message.result);
  else {
    questions.get(message.id)(message.answer);
    questions.delete(message.id);
  }
});

async function run() {
  const imports = Object.entries(IMPORTS).map(([name, functions]) => [`rollcall:connector/${name}`, guarded(name, functions)]);
  moves(false);
  const { instantiate } = await import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
  const instance = await instantiate((name) => modules[name], Object.fromEntries(imports));
  const results = [];
  // Several calls are the messages of one connection, each with the state that the one before it left.
  for (const given of args) {
    const state = exported === 'frame' ? results.findLast(({ ok }) => ok?.state != null)?.ok.state : undefined;
    const used = state === undefined ? given : given.with(1, state);
    results.push(await one(() => instance[INTERFACE[exported]][exported](...used)));
  }
  return results;
}

async function one(call) {
  try {
    return { ok: crosses(await call()) };
  } catch (error) {
    // jco throws an error of the contract as it is; whatever else is thrown has killed the instance.
    if (error instanceof Error) throw error;
    return { err: error };
  }
}

try {
  const results = await run();
  parentPort.postMessage(broken ? { died: broken } : { results });
} catch (error) {
  const trapped = { code: 'connector-trapped', message: error.message };
  const panicked = lastWords && { code: 'connector-panicked', message: lastWords };
  parentPort.postMessage({ died: broken ?? (panicked || trapped) });
}
parentPort.close();
