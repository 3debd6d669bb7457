/** What a run did, counted by object: however often a connector puts one, it counts once. Pure. */

const COUNTERS = ['read', 'created', 'updated', 'unchanged', 'skipped', 'rejected', 'deactivated', 'deleted', 'kept', 'held'];

/** What two puts of one object amount to, refusals apart: the first of these that either was. */
const RANK = ['created', 'updated', 'waiting', 'unchanged'];

/** What the five parts come to, which is `read` when they add up. */
export function accounted({ created, updated, unchanged, skipped, rejected }) {
  return created + updated + unchanged + skipped + rejected;
}

export class Ledger {
  counters = Object.fromEntries(COUNTERS.map((name) => [name, 0]));
  /** What became of each object that was put, by its id. */
  #puts = new Map();
  /** Of those that left, how many only made room for somebody else under their key. */
  replaced = 0;
  /** Whether the view of the source is smaller than before, and waits for a person. */
  isScopeHeld = false;
  /** Why the platform's store failed, if it did. */
  storeFailure;

  hasPut(id) {
    return this.#puts.has(id);
  }

  get hasPuts() {
    return 0 < this.#puts.size;
  }

  get size() {
    return this.#puts.size;
  }

  /** Whether what this run put last of the object waits. */
  waits(id) {
    return this.#puts.get(id) === 'waiting';
  }

  /** An object was put: `created`, `updated`, `unchanged`, `rejected`, or left `waiting`. */
  put(id, became) {
    const before = this.#puts.get(id);
    const now = before === undefined ? became : both(before, became);
    this.#puts.set(id, now);
    if (before === undefined) this.counters.read += 1;
    else this.counters[counterOf(before)] -= 1;
    this.counters[counterOf(now)] += 1;
  }

  /** So many departures wait for a person. */
  held(n) {
    this.counters.held += n;
    this.counters.kept += n;
  }

  /** Whether anything waits for a person. */
  get holds() {
    return this.isScopeHeld || 0 < this.counters.held;
  }
}

/** The last refusal counts, and is forgotten by whatever is applied after it. */
function both(before, later) {
  if (later === 'rejected' || before === 'rejected') return later;
  return RANK.indexOf(before) < RANK.indexOf(later) ? before : later;
}

/** What waits is left out on purpose, and an entry says why. */
function counterOf(became) {
  return became === 'waiting' ? 'skipped' : became;
}
