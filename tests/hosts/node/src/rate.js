/**
 * Keeps the requests of a source within its connector's rate limits: one queue a bucket, first come, first served, evenly
 * spaced, so that a source that counts over a window never sees more than the limit wherever that begins.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { MAX, MAX_CONCURRENT_REQUESTS } from './limits.js';

/** A timer fires a little early or late. */
const SLACK_MS = 2;

export class Limiter {
  #limited;
  #unlimited = new Bucket(0);

  constructor(limits) {
    this.#limited = new Map(
      limits.map(({ bucket, requests, windowMs }) => [bucket, new Bucket((windowMs + SLACK_MS) / requests)]),
    );
  }

  /** Wait for a turn: the request may leave when this is there, and is under way until what it gives is called. */
  turn(bucket, signal) {
    // Names without a limit share one bucket: they are the connector's own, and would fill the memory.
    return (this.#limited.get(bucket) ?? this.#unlimited).turn(signal);
  }

  /** Let no request of this bucket leave for so long from now, those included that already wait. */
  hold(bucket, waitMs) {
    this.#limited.get(bucket)?.hold(Math.min(waitMs, MAX.throttleMs));
  }
}

class Bucket {
  #spacingMs;
  #nextMs = 0;
  #heldUntilMs = 0;
  #queue = Promise.resolve();
  #underWay = 0;
  #waiting = [];

  constructor(spacingMs) {
    this.#spacingMs = spacingMs;
  }

  hold(waitMs) {
    this.#heldUntilMs = Math.max(this.#heldUntilMs, performance.now() + waitMs);
  }

  async turn(signal) {
    // First a place, then the moment: a request that had its moment and then waited would leave together with the next.
    if (MAX_CONCURRENT_REQUESTS <= this.#underWay) await new Promise((resolve) => this.#waiting.push(resolve));
    else this.#underWay += 1;
    const paced = this.#queue.then(() => this.#pace(signal));
    this.#queue = paced;
    await paced;
    return () => this.#release();
  }

  #release() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#underWay -= 1;
  }

  async #pace(signal) {
    // Again and again: while one waits, the source may ask for more.
    for (;;) {
      const leftMs = Math.max(this.#nextMs, this.#heldUntilMs) - performance.now();
      if (leftMs <= 0 || signal.aborted) break;
      // What is cancelled gives its moment up.
      await sleep(leftMs, undefined, { signal }).catch(() => {});
    }
    if (!signal.aborted) this.#nextMs = Math.max(this.#nextMs, performance.now() - SLACK_MS) + this.#spacingMs;
  }
}
