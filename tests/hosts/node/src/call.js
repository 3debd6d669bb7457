/** Calls a connector in a worker of its own, and ends it where it computes for too long, or will not stop. */

import { Worker } from 'node:worker_threads';

import { CANCEL_GRACE_MS, COMPUTE_MS, COMPUTE_TOTAL_MS, WORKER_HEAP_MIB } from './limits.js';
import { diagnosis, failure } from './words.js';

const WORKER = new URL('./worker.js', import.meta.url);

/** How often it is looked whether a connector computes. */
const TICK_MS = 100;

/** Deaths that the host's administrator may prevent. */
const OF_THE_HOST = ['connector-out-of-time', 'connector-overdue', 'connector-out-of-memory', 'host-failed'];

/** The connector is no more: `failure` says why. */
export class Died extends Error {
  constructor(code, message) {
    super(message);
    const kind = OF_THE_HOST.includes(code) ? 'host' : 'other';
    this.failure = failure(kind, diagnosis(code, `the connector ended before its time: ${message}`));
  }
}

/**
 * Call an exported function once for each list of arguments, one after the other in one instance; what came of each is
 * `{ok}` or `{err}`. `session` answers what the connector asks. Throws {@link Died}.
 */
export function callAll(component, exported, args, session, limitMs) {
  const alive = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(WORKER, {
    workerData: { source: component.source, modules: component.modules, exported, args, alive },
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MIB },
  });
  const { promise, resolve, reject } = Promise.withResolvers();
  const die = (code, message) => {
    reject(new Died(code, message));
    void worker.terminate();
  };
  worker.on('message', (message) => {
    if (message.results) resolve(message.results);
    else if (message.died) die(message.died.code, session.reader.text(message.died.message, LONGEST));
    else serve(worker, session, message).catch((error) => die('host-failed', error.message));
  });
  worker.on('error', (error) => {
    const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    die(isMemory ? 'connector-out-of-memory' : 'connector-trapped', session.reader.text(error.message, LONGEST));
  });
  worker.on('exit', () => reject(new Died('connector-trapped', 'its worker ended')));
  const watch = watched(alive, limitMs, die);
  const onCancel = () => {
    worker.postMessage({ cancel: true });
    watch.graceEnds = setTimeout(die, CANCEL_GRACE_MS, 'connector-not-stopping', 'it did not stop after a cancellation');
  };
  if (session.signal.aborted) onCancel();
  else session.signal.addEventListener('abort', onCancel, { once: true });
  return promise.finally(() => {
    session.signal.removeEventListener('abort', onCancel);
    clearInterval(watch.ticks);
    clearTimeout(watch.graceEnds);
    session.over();
    return worker.terminate();
  });
}

/** The same for one call: its result. What the contract calls an error is thrown as `{err}`. */
export async function call(component, exported, args, session, limitMs) {
  const [{ ok, err }] = await callAll(component, exported, [args], session, limitMs);
  if (err !== undefined) throw new ContractError(err);
  return ok;
}

/** An error of the contract: a failure, or what is wrong with settings. */
export class ContractError extends Error {
  constructor(value) {
    super(value.diagnosis?.message ?? 'the settings are wrong');
    this.value = value;
  }
}

/** Bytes of a message about a death. */
const LONGEST = 4 << 10;

/** Ends a connector that computes for too long without asking for anything, for too long in all, or does not come to an end. */
function watched(alive, limitMs, die) {
  const began = Date.now();
  let [signs, sinceMs, totalMs, at] = [-1, 0, 0, began];
  const look = () => {
    const elapsedMs = Date.now() - at;
    at += elapsedMs;
    if (limitMs < at - began) die('connector-overdue', `it did not come to an end within ${limitMs / 1_000} s`);
    const [now, isWaiting] = [Atomics.load(alive, 0), Atomics.load(alive, 1) === 1];
    totalMs += isWaiting ? 0 : elapsedMs;
    sinceMs = isWaiting || now !== signs ? 0 : sinceMs + elapsedMs;
    signs = now;
    const isOut = COMPUTE_MS < sinceMs || COMPUTE_TOTAL_MS < totalMs;
    if (isOut) die('connector-out-of-time', `it computed for more than ${COMPUTE_MS / 1_000} s`);
  };
  return { ticks: setInterval(look, TICK_MS) };
}

/** Answer what a worker asks, do what it begins, hear what it says. */
async function serve(worker, session, { ask, begin, say, args, id, ticket, value }) {
  if (say) session[say](...args);
  if (ask) worker.postMessage({ id, answer: await answer(() => session[ask](...args)) });
  if (begin) worker.postMessage({ done: ticket, result: await session[begin](value) });
}

/** A result, or what was thrown as a diagnosis. Anything else that is thrown is a mistake of this host, and is told as one. */
async function answer(ask) {
  try {
    return { ok: await ask() };
  } catch (error) {
    if (!(error instanceof Error)) return { err: error };
    return { err: diagnosis('host-failed', `the host failed: ${error.message}`) };
  }
}
