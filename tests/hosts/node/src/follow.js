/**
 * Follows a source: takes what it pushes to the callback address or over its channel, stores it before it is acknowledged, and
 * handles what waits as one batch after the other.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { call, ContractError, Died } from './call.js';
import { listen as listenAt } from './callbacks.js';
import { keepOpen } from './channel.js';
import { checkFetched, forConnector } from './events.js';
import { CALL_MS, COALESCE_MS, EVENT_BACKOFF_MS, MAX, MAX_EVENT_ATTEMPTS, MAX_MISSED_BATCHES, MISSED_MS } from './limits.js';
import { makeRun } from './run.js';
import { Online } from './session.js';

/** Follow until `signal` says that it is over. `say` is given what happens, one value a line. */
export async function follow(source, { listen, data, signal, say }) {
  const followed = new Followed(source, signal, say);
  const isLive = source.component.hasEvents && (await followed.prepared());
  const server = await listenAt(followed, listen);
  say({ listening: `http://${server.address}` });
  try {
    const works = isLive ? [followed.handleBatches(), followed.fetchMissed(), keepOpen(followed, data)] : [];
    await Promise.all([...works, ended(signal)]);
  } finally {
    await server.close();
  }
}

function ended(signal) {
  const { promise, resolve } = Promise.withResolvers();
  if (signal.aborted) resolve();
  signal.addEventListener('abort', resolve, { once: true });
  return promise;
}

/** A source that is followed. */
export class Followed {
  #wake = () => {};
  #isFullRunDue = false;
  /** Why no event can be acted on until a person has acted, which is to start this program again. */
  #stopped;

  constructor(source, signal, say) {
    Object.assign(this, { source, signal, say });
  }

  /** Whether the settings are right; why not is said as the failure of a run. */
  async prepared() {
    try {
      await this.source.prepare();
      return true;
    } catch {
      await this.#run({ kind: 'events', cause: 'event', exported: 'handle', args: [[]] });
      return false;
    }
  }

  /** Keep events: an acknowledgement may follow when this returns. */
  keep(events) {
    this.source.store.keepEvents(events);
    this.#wake();
  }

  /** What came while nobody listened may never come again: read everything. */
  readEverything() {
    this.#isFullRunDue = true;
    this.#wake();
  }

  /** Wait, or until this is over. */
  pause(ms) {
    return sleep(ms, undefined, { signal: this.signal }).catch(() => {});
  }

  /** Handle what waits: one of `sync` and `handle` at a time. */
  async handleBatches() {
    while (!this.signal.aborted) {
      if (this.#isFullRunDue) {
        this.#isFullRunDue = false;
        await this.#run({ kind: 'full', cause: 'gap', exported: 'sync', args: [undefined] });
        continue;
      }
      const { due, nextMs } = this.source.store.dueEvents(MAX.events);
      if (0 < due.length && !this.#stopped) await this.#handle(due);
      else await this.#untilWoken(this.#stopped ? Infinity : nextMs - Date.now());
    }
  }

  async #untilWoken(ms) {
    const { promise, resolve } = Promise.withResolvers();
    this.#wake = resolve;
    const timer = ms === Infinity ? undefined : setTimeout(resolve, Math.max(ms, 0));
    this.signal.addEventListener('abort', resolve, { once: true });
    await promise;
    clearTimeout(timer);
    this.signal.removeEventListener('abort', resolve);
    // What came together is handled together.
    await this.pause(COALESCE_MS);
  }

  async #handle(due) {
    const events = due.map(({ event }) => forConnector(event));
    const { unfinished, failure } = await this.#run({ kind: 'events', cause: 'event', exported: 'handle', args: [events] });
    if (this.signal.aborted && failure) return;
    if (failure?.kind === 'settings' || failure?.kind === 'permission') {
      this.#stopped = failure;
      return;
    }
    for (const { number, attempts, event } of due) {
      const left = failure ?? unfinished.find(({ id }) => id === event.id)?.failure;
      const isGivenUp = MAX_EVENT_ATTEMPTS <= attempts + 1;
      const pauseMs = Math.min(EVENT_BACKOFF_MS.first * 2 ** attempts, EVENT_BACKOFF_MS.most);
      const dueMs = left && !isGivenUp ? Date.now() + Math.max(pauseMs, left.retryAfterMs ?? 0) : undefined;
      this.source.store.settleEvent(number, attempts + 1, dueMs);
    }
  }

  async #run(options) {
    const made = await makeRun(this.source, { ...options, isAttended: false, signal: this.signal });
    this.say({ run: made.report });
    return made;
  }

  /** Ask for changes that were not delivered, now and as often as the plan says. A cursor is kept only after its events. */
  async fetchMissed() {
    const { store, plan } = this.source;
    while (!this.signal.aborted) {
      for (let batch = 0; batch < MAX_MISSED_BATCHES; batch += 1) {
        const fetched = await this.ask('fetchEvents', [store.note('cursor')], CALL_MS.check, checkFetched);
        if (fetched === undefined) break;
        this.keep(fetched.events);
        if (fetched.cursor != null) store.keepNote('cursor', fetched.cursor);
        if (!fetched.more) break;
      }
      await this.pause(plan.pollIntervalMs ?? MISSED_MS);
    }
  }

  /** Ask the connector, where a failure is for the log alone: its answer as `check` leaves it, or nothing. */
  async ask(exported, args, limitMs, check) {
    const { settings, seals, reader } = this.source.sealed();
    const session = new Online(this.source, reader, seals, this.signal);
    try {
      return check(await call(this.source.component, exported, [settings, ...args], session, limitMs), reader);
    } catch (error) {
      const failure = error instanceof ContractError ? reader.failure(error.value) : error.failure;
      if (!(error instanceof ContractError) && !(error instanceof Died)) throw error;
      if (!this.signal.aborted) session.log('warning', `${exported}: ${failure.diagnosis.code}: ${failure.diagnosis.message}`);
      return undefined;
    }
  }
}
