/** What one call of a connector is given: the answers to whatever it asks, begins and says (`call.js`). */

import { MAX } from './limits.js';
import { byBytes, byteLength, invalidRequest, storeFailed } from './words.js';

/** What every call has, and all that an offline one has. */
export class Offline {
  /** `reader` strikes out secrets, `signal` says that the call is cancelled. */
  constructor(source, reader, signal = new AbortController().signal) {
    Object.assign(this, { source, reader, signal });
  }

  log(level, message) {
    process.stderr.write(`${JSON.stringify({ source: this.source.name, level, message: this.reader.text(message, MAX.logLine) })}\n`);
  }

  over() {}
}

/** A call that may wait: requests and storage. */
export class Online extends Offline {
  #seals;
  #ended = new AbortController();

  constructor(source, reader, seals, signal) {
    super(source, reader, signal);
    this.#seals = seals;
  }

  over() {
    this.#ended.abort();
  }

  request(request) {
    const signal = AbortSignal.any([this.signal, this.#ended.signal]);
    return this.source.egress.fetch(request, this.#seals, signal);
  }

  throttled(bucket, waitMs) {
    this.source.egress.throttled(bucket, waitMs);
  }

  get(area, keys) {
    atMost(keys.length, MAX.storageEntries, 'keys');
    keys.forEach(checkKey);
    return this.#area(area, (entries) => keys.map((key) => entries.get(key)));
  }

  write(area, entries) {
    atMost(entries.length, MAX.storageEntries, 'keys');
    for (const { key, value } of entries) {
      checkKey(key);
      if (MAX.storageValue < byteLength(value ?? '')) throw invalidRequest(`the value of a key has more than ${MAX.storageValue} bytes`);
    }
    const most = area === 'memory' ? MAX.memoryArea : MAX.durableArea;
    return this.#area(area, (kept) => {
      kept.together(() => {
        for (const { key, value } of entries) kept.set(key, value ?? undefined);
        if (most < kept.bytes()) throw storeFailed(new Error(`the area would have more than ${most} bytes`));
      });
    });
  }

  scan(area, prefix, after, limit) {
    if (limit < 1 || MAX.storageEntries < limit) throw invalidRequest(`limit ${limit} must be 1 to ${MAX.storageEntries}`);
    const isWanted = (key) => key.startsWith(prefix) && (after == null || 0 < byBytes(key, after));
    return this.#area(area, (kept) => {
      const keys = kept.keys().filter(isWanted).slice(0, limit);
      return keys.map((key) => ({ key, value: kept.get(key) }));
    });
  }

  #area(area, use) {
    return stored(() => use(area === 'memory' ? this.source.memory : this.source.durable));
  }
}

/** A call that may change the directory: a run. */
export class Running extends Online {
  #apply;
  #recorder;

  constructor(source, reader, seals, signal, apply, recorder) {
    super(source, reader, seals, signal);
    this.#apply = apply;
    this.#recorder = recorder;
  }

  report() {
    // Nobody watches; a host may drop reports.
  }

  recordEntries(entries) {
    this.#recorder.drop(entries.length - MAX.entriesPerCall);
    stored(() => this.#recorder.entries(entries.slice(0, MAX.entriesPerCall).map((one) => this.reader.entry(one))));
  }

  listInventory(type, after, limit) {
    if (limit < 1 || MAX.inventoryPage < limit) throw invalidRequest(`limit ${limit} must be 1 to ${MAX.inventoryPage}`);
    const rows = stored(() => this.source.store.inventory(type, after, limit));
    return rows.map(({ id, version }) => ({ externalId: id, version, alreadyRead: false }));
  }

  findInventory(keys) {
    atMost(keys.length, MAX.keys, 'keys');
    return stored(() => keys.map((key) => item(key, this.source.store.load(key))));
  }

  /** Begun changes: `{ok: outcomes}` or `{err: diagnosis}`. */
  changes(changes) {
    try {
      return { ok: this.#apply.changes(changes.map((change) => this.#change(change))) };
    } catch (error) {
      return { err: error instanceof Error ? storeFailed(error) : error };
    }
  }

  openReading(scope) {
    this.#apply.openReading(scope);
  }

  closeReading(coverage) {
    this.#apply.closeReading(coverage);
  }

  removeMissing(removals) {
    return this.#apply.removeMissing(removals.map((removal) => this.#removal(removal)));
  }

  proposeClearings(clearings) {
    this.#apply.proposeClearings(clearings.map((clearing) => ({ ...clearing, reason: this.reader.diagnosis(clearing.reason) })));
  }

  saveCheckpoint(state, unchanged) {
    this.#apply.saveCheckpoint(state, unchanged);
  }

  #change({ tag, val }) {
    return { tag, val: tag === 'remove' ? this.#removal(val) : val };
  }

  #removal({ key, evidence }) {
    return { key, evidence: this.reader.text(evidence, MAX.evidence + 1) };
  }
}

function item({ externalId }, held) {
  return held && !held.departed ? { externalId, version: held.version, alreadyRead: false } : undefined;
}

/** What is kept in memory, with the same functions as what is durable. */
export class MemoryArea {
  #entries = new Map();

  get(key) {
    return this.#entries.get(key);
  }

  set(key, value) {
    if (value === undefined) this.#entries.delete(key);
    else this.#entries.set(key, value);
  }

  keys() {
    return [...this.#entries.keys()].sort(byBytes);
  }

  bytes() {
    return this.#entries.entries().reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  }

  together(write) {
    const before = new Map(this.#entries);
    try {
      write();
    } catch (error) {
      this.#entries = before;
      throw error;
    }
  }
}

/** What is kept of a source for as long as it is configured. */
export class DurableArea {
  #store;

  constructor(store) {
    this.#store = store;
  }

  get(key) {
    return this.#store.stored(key);
  }

  set(key, value) {
    this.#store.storeEntry(key, value);
  }

  keys() {
    return this.#store.storedKeys();
  }

  bytes() {
    return this.#store.storedBytes();
  }

  together(write) {
    this.#store.together(write);
  }
}

function checkKey(key) {
  const length = byteLength(key);
  if (length < 1 || MAX.storageKey < length) throw invalidRequest(`a key has ${length} bytes and must have 1 to ${MAX.storageKey}`);
}

function atMost(n, max, things) {
  if (max < n) throw invalidRequest(`${n} ${things} are more than the ${max} of one call`);
}

/** What the store gives; where it fails, why. */
function stored(use) {
  try {
    return use();
  } catch (error) {
    throw error instanceof Error ? storeFailed(error) : error;
  }
}
