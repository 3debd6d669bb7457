/** Changes on their way to the platform: in order, in batches, a bounded number at a time. */

import { byHost } from './call.js';
import { diagnosis, failure } from './words.js';

/** Changes in one `begin-apply`. Why: half of what the contract allows keeps a transaction small. */
const APPLY_BATCH = 500;

/** Batches on their way before the reading waits for the oldest. Why: a slow store slows the reading instead of filling memory. */
const MAX_BATCHES_IN_FLIGHT = 4;

/** Milliseconds that a change waits for others. Why: someone is watching. */
const APPLY_DELAY_MS = 1_000;

export class Outbox {
  #call;
  #pending = [];
  #pendingSinceMs = 0;
  #inFlight = [];
  /** Objects whose last change was refused. */
  #refused = new Set();

  constructor(call) {
    this.#call = call;
  }

  /** Send a change soon. `id` is what {@link hasRefused} knows its object by. */
  *push(id, change) {
    if (this.#pending.length === 0) this.#pendingSinceMs = this.#now();
    this.#pending.push({ id, change });
    this.sendIfDue();
    while (MAX_BATCHES_IN_FLIGHT < this.#inFlight.length) yield* this.#settleOldest();
  }

  /** Send what is pending if it is a whole batch or has waited long enough. */
  sendIfDue() {
    const n = this.#pending.length;
    if (APPLY_BATCH <= n || (0 < n && APPLY_DELAY_MS <= this.#now() - this.#pendingSinceMs)) this.#send();
  }

  /** Send everything and wait until all of it is applied or refused. */
  *drain() {
    if (0 < this.#pending.length) this.#send();
    while (0 < this.#inFlight.length) yield* this.#settleOldest();
  }

  hasRefused(id) {
    return this.#refused.has(id);
  }

  #send() {
    const batch = this.#pending.splice(0);
    const ticket = this.#call.directory.beginApply(batch.map(({ change }) => change));
    this.#inFlight.push({ ids: batch.map(({ id }) => id), ticket });
  }

  *#settleOldest() {
    const { ids, ticket } = this.#inFlight.shift();
    yield* this.#call.until(ticket);
    const outcomes = byHost(() => this.#call.directory.takeApplied(ticket));
    mustMatch(ids.length, outcomes.length);
    outcomes.forEach(({ status }, place) => {
      // Why it refused any of them, or holds them, the host has recorded.
      if (status === 'applied') this.#refused.delete(ids[place]);
      else this.#refused.add(ids[place]);
    });
  }

  #now() {
    return Number(this.#call.host.nowMs());
  }
}

/** There must be one outcome for each change. */
export function mustMatch(expected, found) {
  if (expected === found) return;
  throw failure(
    'host',
    diagnosis(
      'outcomes-do-not-match',
      `the host answered ${found} outcomes for ${expected} changes`,
      `宿主对 ${expected} 项变更只返回了 ${found} 个结果`,
      { remedy: ["report this to the host's author", '请反馈给宿主的作者'] },
    ),
  );
}
