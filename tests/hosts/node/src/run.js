/** One attempt: the row is opened before the first request leaves and closed however it ends. */

import { Apply } from './apply.js';
import { call, ContractError, Died } from './call.js';
import { accounted } from './ledger.js';
import { CALL_MS, MAX } from './limits.js';
import { Running } from './session.js';
import { diagnosis, entry, failure, shown, storeFailed } from './words.js';
import { Unprepared } from './source.js';

/**
 * Make a run. `kind` is `full`, `refresh` or `events`, `exported` the function that does it, `args` what it gets behind the
 * settings, `isAttended` whether a person looks. Returns `{report, unfinished, failure}`.
 */
export async function makeRun(source, { kind, cause, exported, args, isAttended, signal }) {
  const { store } = source;
  const run = store.openRun(kind, cause);
  const recorder = new Recorder(store, run);
  const apply = new Apply({
    ...{ store, recorder, run, isAttended },
    ...{ types: source.types, identityPaths: source.identityPaths, isFull: kind === 'full' },
  });
  const ended = await ask(source, { exported, args, signal, apply, recorder });
  const summary = ended.handled?.summary;
  apply.finish(Boolean(summary?.complete) && !signal.aborted);
  const { state, counters, why, entries } = conclude(ended, apply.ledger, kind === 'full', signal.aborted);
  recorder.always(entries.filter((one) => !recorder.hasError(one)));
  const report = { kind, state, counters, failure: why ?? null, entries: store.entries(run) };
  store.closeRun(run, state, report);
  return { report: shown(report), unfinished: ended.handled?.unfinished ?? [], failure: why };
}

/** What the connector says: `{handled}`, a summary and what is unfinished, or `{failure}`. */
async function ask(source, { exported, args, signal, apply, recorder }) {
  try {
    await source.prepare();
    const { settings, seals, reader } = source.sealed();
    const session = new Running(source, reader, seals, signal, apply, recorder);
    const answer = await call(source.component, exported, [settings, ...args], session, CALL_MS.import).catch((error) => {
      throw error instanceof ContractError ? new Unprepared(reader.failure(error.value)) : error;
    });
    // What an administrator cannot be told of must not pass for done.
    if (recorder.failure) return { failure: failure('host', recorder.failure) };
    const handled = exported === 'handle' ? answer : { summary: answer, unfinished: [] };
    const { incompleteReason: why } = handled.summary;
    const summary = { ...handled.summary, incompleteReason: why && reader.diagnosis(why) };
    return { handled: { ...handled, summary } };
  } catch (error) {
    if (error instanceof Unprepared || error instanceof Died) return { failure: error.failure };
    return { failure: failure('host', diagnosis('host-failed', `the host failed: ${error.message}`)) };
  }
}

/** How an ending is judged: by what the connector says and what the platform counted. Pure. */
export function conclude({ handled, failure: why }, ledger, isFull, isCancelled) {
  if (handled === undefined) {
    // A cancelled run has no fault but its connector's, if that would not stop.
    const isTold = !isCancelled || why.diagnosis.code.startsWith('connector-');
    return { state: isCancelled ? 'cancelled' : 'failed', counters: ledger.counters, why: isTold ? why : undefined, entries: [] };
  }
  const { summary } = handled;
  const counters = {
    ...ledger.counters,
    read: summary.read,
    unchanged: ledger.counters.unchanged + summary.unchanged,
    // What waits for somebody is left out on purpose, which only the host knows.
    skipped: ledger.counters.skipped + summary.skipped,
  };
  const faults = [];
  if (accounted(counters) !== counters.read) {
    const told = `the connector says it read ${counters.read} objects, and ${accounted(counters)} are accounted for`;
    faults.push(diagnosis('counters-inconsistent', told));
  }
  // Only in a full run does a departure rest on having read everything.
  const retired = counters.deactivated + counters.deleted - ledger.replaced;
  if (isFull && !summary.complete && 0 < retired) {
    const told = `the connector removed ${retired} objects and then said that it had not read everything`;
    faults.push(diagnosis('retired-incomplete', told));
  }
  if (ledger.storeFailure) faults.push(ledger.storeFailure);
  const isWhole = summary.complete && counters.rejected === 0 && counters.kept === 0 && faults.length === 0;
  const state = ledger.holds ? 'held' : isWhole ? 'succeeded' : 'partial';
  const incomplete = summary.complete || summary.incompleteReason == null ? [] : [summary.incompleteReason];
  const entries = [...incomplete, ...faults].map((told) => entry('error', told));
  return { state: isCancelled ? 'cancelled' : state, counters, why: undefined, entries };
}

/** The log of one run. */
class Recorder {
  #store;
  #run;
  #kept = 0;
  #errors = new Set();
  dropped = 0;
  /** Why something that the connector said could not be recorded. */
  failure;

  constructor(store, run) {
    this.#store = store;
    this.#run = run;
  }

  /** Add what the connector says, up to the limit of a run. */
  entries(entries) {
    const kept = entries.slice(0, MAX.entriesPerRun - this.#kept);
    this.#kept += kept.length;
    this.drop(entries.length - kept.length);
    try {
      this.#store.together(() => this.always(kept));
    } catch (error) {
      this.failure ??= storeFailed(error);
      throw error;
    }
  }

  drop(n) {
    this.dropped += Math.max(n, 0);
  }

  /** Add what no flood before it may displace. */
  always(entries) {
    for (const one of entries) {
      if (one.severity === 'error') this.#errors.add(textOf(one));
      this.#store.recordEntry(this.#run, one);
    }
  }

  /** Whether the same was told as an error already. */
  hasError(one) {
    return this.#errors.has(textOf(one));
  }
}

function textOf({ diagnosis: { code, message } }) {
  return `${code}\0${message}`;
}
