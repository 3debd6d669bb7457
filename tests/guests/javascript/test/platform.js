/** A platform in memory that a reading is tested over: what it holds, and what it was told. Nothing in it waits. */

import { Call } from '../src/kit/call.js';

export class Platform {
  /** Versions of what is held, by resource type and external id. */
  held = { Department: new Map(), User: new Map() };
  entries = [];
  removed = [];
  proposed = [];
  coverage = undefined;
  /** Ids that the platform refuses to hold. */
  refuses = new Set();
  #outcomes = new Map();
  #ready = [];

  /** A new call over it. `requests` answers a request by its URL, and is asked at once. */
  call(requests = {}) {
    const responses = new Map();
    const ticket = (results, result) => {
      const number = results.size + this.#ready.length + 1000 * (results === responses ? 1 : 2);
      results.set(number, result);
      this.#ready.push(number);
      return number;
    };
    const timers = new Map();
    return new Call({
      host: { nowMs: () => 0, random: (length) => new Uint8Array(length) },
      tasks: {
        wait: () => this.#ready.splice(0),
        beginTimer: () => ticket(timers, undefined),
      },
      http: {
        begin: ([request]) => [ticket(responses, requests[request.url]?.(request) ?? notFound())],
        take: ([number]) => [responses.get(number)],
        throttled: () => {},
      },
      directory: {
        listInventory: (type, after) => (after === undefined ? this.#items(type) : []),
        findInventory: (keys) => keys.map(({ resourceType, externalId }) => this.#item(resourceType, externalId)),
        beginApply: (changes) => ticket(this.#outcomes, changes.map((change) => this.#apply(change))),
        takeApplied: (number) => this.#outcomes.get(number),
        openReading: () => {},
        closeReading: (coverage) => {
          this.coverage = coverage;
        },
        removeMissing: (removals) => removals.map((removal) => this.#remove(removal)),
        proposeClearings: (clearings) => void this.proposed.push(...clearings),
      },
      history: { report: () => {}, recordEntries: (entries) => void this.entries.push(...entries) },
    });
  }

  /** The codes of what was told. */
  get codes() {
    return this.entries.map(({ diagnosis }) => diagnosis.code);
  }

  /** What is held of one object: every document that was put, merged by nobody. */
  puts(type, id) {
    return this.held[type].get(id)?.documents;
  }

  #items(type) {
    return [...this.held[type].keys()].sort().map((id) => this.#item(type, id));
  }

  #item(type, id) {
    const held = this.held[type].get(id);
    return held && { externalId: id, version: held.version, alreadyRead: false };
  }

  #apply({ tag, val }) {
    if (tag === 'remove') return this.#remove(val);
    const { resourceType, externalId } = val.key;
    if (this.refuses.has(externalId)) return { status: 'rejected' };
    const documents = this.puts(resourceType, externalId) ?? [];
    this.held[resourceType].set(externalId, { version: val.version, documents: [...documents, JSON.parse(val.document)] });
    return { status: 'applied' };
  }

  #remove({ key, evidence }) {
    this.held[key.resourceType].delete(key.externalId);
    this.removed.push(`${key.resourceType}:${key.externalId} ${evidence}`);
    return { status: 'applied' };
  }
}

function notFound() {
  return { tag: 'ok', val: { status: 404, headers: [], body: { tag: 'text', val: '' } } };
}

/** A response of this status, with a body of text. */
export function answer(text, status = 200, headers = []) {
  return { tag: 'ok', val: { status, headers, body: { tag: 'text', val: text } } };
}
