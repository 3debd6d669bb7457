/**
 * One call of the host, and the one place where it waits.
 *
 * Work is a generator. It yields wherever it cannot go on, and is resumed once something that was begun is ready. So a
 * connector without threads or promises has several requests under way, and waits for all of them at once.
 */

import { clipped } from './text.js';
import { diagnosis, failure } from './words.js';

/** How many tickets one `wait` names. Why: as many as may be outstanding; more would never be used. */
const WAIT_MAX = 256;

/** Entries gathered before they are recorded. Why: a call for each would make a run with thousands of them slow. */
const ENTRY_BATCH = 100;

/** Bytes of an object's name in the log. Source: the contract, `history.log-entry`. */
const MAX_SUBJECT_NAME_BYTES = 256;

/** Attempts at one request, where the source does not say how long to wait. Why: with 1-2-4-8 s between them it has 15 s. */
const MAX_ATTEMPTS = 5;

/** Milliseconds before the second attempt; it doubles from there, up to the other. Why: sources count by the second. */
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

/** Milliseconds that one request may wait in all because the source says how long. Why: a run holds its source. */
const MAX_TOLD_WAIT_MS = 300_000;

/** Milliseconds of the longest timer. Source: the contract, `tasks.begin-timer`. */
const MAX_TIMER_MS = 3_600_000;

export class Call {
  /** `interfaces` are those that the component imports: `host`, `tasks`, `http`, `directory` and `history`. */
  constructor(interfaces) {
    Object.assign(this, interfaces);
    this.ready = new Set();
    this.entries = [];
    /** Whether any request of this call was ever answered, whatever was said. */
    this.wasAnswered = false;
  }

  /** Run work to its end. */
  run(work) {
    try {
      for (;;) {
        const { done, value } = work.next();
        if (done) return value;
        const named = this.tasks.wait(WAIT_MAX);
        if (named.length === 0) throw failure('other', stalled());
        for (const ticket of named) this.ready.add(ticket);
      }
    } finally {
      this.flushEntries();
    }
  }

  /** Wait until this ticket is ready. */
  *until(ticket) {
    while (!this.ready.delete(ticket)) yield;
  }

  /** Do all of these beside each other; what came of each, in their order. The first that throws ends it. */
  *all(works) {
    const results = new Array(works.length);
    let underWay = [...works.entries()];
    while (0 < underWay.length) {
      underWay = underWay.filter(([place, work]) => {
        const { done, value } = work.next();
        if (done) results[place] = value;
        return !done;
      });
      if (0 < underWay.length) yield;
    }
    return results;
  }

  /** Send a request: its response, or the fault that is there instead. */
  *request(request) {
    const [ticket] = this.http.begin([request]);
    yield* this.until(ticket);
    const [{ tag, val }] = this.http.take([ticket]);
    this.wasAnswered ||= tag === 'ok';
    return tag === 'ok' ? { response: val } : { fault: val };
  }

  *sleep(delayMs) {
    for (let left = delayMs; ; left -= MAX_TIMER_MS) {
      yield* this.until(this.tasks.beginTimer(Math.min(left, MAX_TIMER_MS)));
      if (left <= MAX_TIMER_MS) return;
    }
  }

  /**
   * Try until it is done, or fails for good, or was tried often enough. `once` is given the number of the attempt and
   * yields `{done}`, `{stop: failure}` or `{again: failure, waitMs}`, `waitMs` being what the source asked for, if it did.
   * Such an attempt is not counted: it ends once the waits come to five minutes.
   */
  *retry(once) {
    let [untold, toldMs] = [0, 0];
    for (let attempt = 0; ; attempt += 1) {
      const tried = yield* once(attempt);
      if ('done' in tried) return tried.done;
      if (tried.stop) throw tried.stop;
      const waitMs = this.backoffMs(attempt + 1, tried.waitMs);
      if (tried.waitMs === undefined) {
        untold += 1;
        if (MAX_ATTEMPTS <= untold) throw tried.again;
      } else {
        if (MAX_TOLD_WAIT_MS < toldMs + waitMs) throw waitedLongEnough(tried.again, toldMs, waitMs);
        toldMs += waitMs;
      }
      yield* this.sleep(waitMs);
    }
  }

  /** Milliseconds to wait: doubling, with up to half of it on top, and never less than the source asked for. */
  backoffMs(attempt, askedMs = 0) {
    const doubled = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), MAX_BACKOFF_MS);
    const base = Math.max(doubled, askedMs);
    // `Math.random` repeats itself in each instance of this engine.
    const [a, b, c, d] = this.host.random(4);
    return base + (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % (Math.floor(base / 2) + 1);
  }

  /** Add to the run's log. */
  record(entry) {
    const subjectName = entry.subjectName && clipped(entry.subjectName, MAX_SUBJECT_NAME_BYTES);
    this.entries.push({ ...entry, subjectName });
    if (ENTRY_BATCH <= this.entries.length) this.flushEntries();
  }

  flushEntries() {
    const entries = this.entries.splice(0);
    if (0 < entries.length) byHost(() => this.history.recordEntries(entries));
  }

  report(phase, done, total) {
    this.history.report({ phase, done, total });
  }
}

/** What the host answers; what it throws instead is a diagnosis, and a failure of the host's. */
export function byHost(ask) {
  try {
    return ask();
  } catch (why) {
    throw why instanceof Error ? why : failure('host', why);
  }
}

function stalled() {
  return diagnosis(
    'connector-stalled',
    'the connector waits for something that was never begun',
    '连接器在等待一个从未开始的操作',
    { remedy: ["report this to the connector's author", '请反馈给连接器的作者'] },
  );
}

/** The same failure, with how long it was waited for, and that no more is. */
function waitedLongEnough({ kind, diagnosis: why, retryAfterMs }, toldMs, waitMs) {
  const seconds = (ms) => Math.ceil(ms / 1_000);
  const [waited, wait, bound] = [toldMs, waitMs, MAX_TOLD_WAIT_MS].map(seconds);
  const said = (text) => text.replace(/[.。]+$/, '');
  const message =
    `${said(why.message)}; the source asks for another ${wait} s, and ${waited} s of the ${bound} s that a request may ` +
    'wait are over';
  const translations = why.translations.map((translation) => ({
    ...translation,
    message: `${said(translation.message)}；来源要求再等待 ${wait} 秒，而单个请求最多等待 ${bound} 秒，已等待 ${waited} 秒`,
  }));
  const facts = [...why.facts, { name: 'waited_s', value: String(waited) }];
  return failure(kind, { ...why, message, translations, facts }, retryAfterMs);
}
