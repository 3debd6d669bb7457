/**
 * Brings the platform in line: checks, loads, merges, compares, writes and counts, one batch after the other. The only door to
 * the directory's writing side. A refusal is thrown as a diagnosis.
 */

import { canonical, checkHeld, isObject, merge, readDocument, Violation } from './documents.js';
import { Identities } from './identities.js';
import { Ledger } from './ledger.js';
import { MAX, UNATTENDED } from './limits.js';
import { Scope } from './scope.js';
import { byteLength, diagnosis, entry, invalidRequest, storeFailed } from './words.js';

/** What an object is known by within one run. */
export function idOf({ resourceType, externalId }) {
  return `${resourceType}\0${externalId}`;
}

/** How a person reads a key. */
export function nameOf({ resourceType, externalId }) {
  return `${resourceType} ${JSON.stringify(externalId)}`;
}

export class Apply {
  ledger = new Ledger();
  #stage = { isOpen: false, isClosed: false, hasRemoved: false };
  #coverage = [];
  #proof;
  /** Clearings that wait, by attribute and document. */
  #clearings = new Map();
  /** What left by events in this run, by resource type. */
  #left = new Map();

  /**
   * `run` is the number of its row, `types` the connector's resource types with parents first, `identityPaths` the notations
   * of their identity attributes. `isFull` says that everything is read, `isAttended` that a person looks.
   */
  constructor({ store, recorder, run, types, identityPaths, isFull, isAttended }) {
    Object.assign(this, { store, recorder, run, types, isFull, isAttended });
    this.scope = new Scope(this);
    this.identities = new Identities(this, identityPaths);
  }

  /** Apply changes in order: one outcome a change. Those of different objects are written together, departures last. */
  changes(changes) {
    atMost(changes.length, MAX.changes, 'changes', 'one call');
    return this.#stored(() => inGroups(changes).flatMap((group) => this.#group(group)));
  }

  #stored(work) {
    try {
      return this.store.together(work);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.ledger.storeFailure ??= storeFailed(error);
      throw this.ledger.storeFailure;
    }
  }

  #group(changes) {
    const planned = changes.map(({ tag, val }) => (tag === 'put' ? this.#planPut(val) : this.#planRemove(val)));
    for (const plan of planned) {
      this.scope.holdUnseen(plan);
      if (!this.isFull && !this.isAttended) this.#holdExcess(plan);
      this.identities.holdReplacement(plan);
    }
    const departures = planned.filter(isDeparture);
    const outcomes = new Map();
    for (const plan of [...planned.filter((plan) => !isDeparture(plan)), ...this.#inOrder(departures)]) {
      outcomes.set(plan, this.carryOut(plan));
    }
    if (changes.some(({ val }) => val.key.resourceType === 'Department')) this.scope.departmentsChanged();
    return planned.map((plan) => outcomes.get(plan));
  }

  #planPut({ key, version, document }) {
    try {
      this.#checkRoom(key);
      this.checkKey(key);
      if (!/^[\0-\x7f]{1,128}$/.test(version)) throw refusedObject('its version must have 1 to 128 ascii characters');
      const incoming = { key, version, document: readDocument(document, key.externalId) };
      return this.identities.plan(this.store.load(key), incoming);
    } catch (error) {
      return refusal(key, 'put', error);
    }
  }

  #checkRoom(key) {
    if (this.ledger.size < MAX.objects || this.ledger.hasPut(idOf(key))) return;
    throw diagnosis('too-many-objects', `a run may put at most ${MAX.objects} objects`);
  }

  #planRemove(removal) {
    const { key } = removal;
    if (this.isFull) {
      const why = `${nameOf(key)} stays: a full run removes nothing before everything was read`;
      return { key, step: 'refuse', kind: 'departure', why: diagnosis('removal-while-reading', why) };
    }
    return this.#planDeparture(removal);
  }

  #planDeparture({ key, evidence }) {
    try {
      this.checkKey(key);
      if (evidence.trim() === '') {
        const why = `${nameOf(key)} stays: nobody asked the source about this very object`;
        throw diagnosis('removal-without-evidence', why);
      }
      if (MAX.evidence < byteLength(evidence)) throw refusedObject('its evidence has more than 1024 bytes');
      return planDeparture(key, this.store.load(key), evidence);
    } catch (error) {
      return refusal(key, 'departure', error);
    }
  }

  /** Throws what is wrong with a key. */
  checkKey({ resourceType, externalId }) {
    if (!this.types.includes(resourceType)) throw refusedObject(`its resource type is none of ${this.types.join(', ')}`);
    const length = byteLength(externalId);
    if (length < 1 || MAX.externalId < length) throw refusedObject(`its external id has ${length} bytes and must have 1 to 256`);
  }

  #checkKeys(keys) {
    try {
      keys.forEach((key) => this.checkKey(key));
    } catch {
      throw invalidRequest("a key is not one of this source's objects");
    }
  }

  /** Hold a departure that is above what may leave by events in an hour. */
  #holdExcess(plan) {
    if (!isDeparture(plan)) return;
    const allowed = this.exceeded(plan.key.resourceType);
    if (allowed === undefined) return;
    const why = `${nameOf(plan.key)} is gone from the source and stays: events may remove at most ${allowed} of its kind in an hour`;
    Object.assign(plan, { step: 'hold', why: diagnosis('departure-held', why, { remedy: LOOK }) });
  }

  /** Count one more departure; what is allowed, if it is one too many. */
  exceeded(type) {
    const before = this.store.departedSince(type, Date.now() - UNATTENDED.windowMs);
    const left = Math.max(this.#left.get(type) ?? 0, before);
    const allowed = left < UNATTENDED.floor ? UNATTENDED.floor : allowance(this.store.count(type) + left);
    if (allowed <= left) return allowed;
    this.#left.set(type, left + 1);
    return undefined;
  }

  /** Do what is planned for one object, count it, and record it. Its outcome. */
  carryOut(plan) {
    const { key, step, kind, why, write } = plan;
    const id = idOf(key);
    switch (step) {
      case 'nothing':
        if (kind === 'put') this.ledger.put(id, 'unchanged');
        return APPLIED;
      case 'refuse':
        if (kind === 'put') this.ledger.put(id, 'rejected');
        else this.ledger.counters.kept += 1;
        this.recorder.always([entry('error', why, key)]);
        return { status: 'rejected', reason: why };
      case 'hold':
        this.ledger.held(1);
        this.store.recordChange(this.run, key, write.action, write.evidence, why.code);
        this.recorder.always([entry('error', why, key)]);
        return { status: 'held', reason: why };
      case 'hold-unseen':
        if (kind === 'put') {
          this.ledger.counters.held += 1;
          this.ledger.put(id, 'waiting');
        } else {
          this.ledger.held(1);
        }
        this.store.recordChange(this.run, key, write.action, write.evidence, why.code);
        return HELD;
      case 'wait':
        this.ledger.put(id, 'waiting');
        return HELD;
      case 'hold-replacement':
        this.ledger.held(1);
        this.ledger.put(id, 'waiting');
        this.store.recordChange(this.run, key, 'deleted', plan.evidence, why.code);
        return HELD;
      case 'replace':
        if (!plan.hadLeft) {
          this.ledger.counters.deleted += 1;
          this.ledger.replaced += 1;
          this.store.recordChange(this.run, key, 'deleted', plan.evidence);
        }
        this.#write(key, write);
        this.identities.applied(plan);
        return APPLIED;
      default:
        this.#write(key, write);
        this.identities.applied(plan);
        return APPLIED;
    }
  }

  #write(key, { action, version, after, evidence }) {
    if (after === undefined) this.store.drop(key);
    else this.store.keep(key, version, after, action === 'deactivated');
    if (action !== 'unchanged') this.store.recordChange(this.run, key, action, evidence);
    const { counters } = this.ledger;
    if (action === 'deactivated' || action === 'deleted') counters[action] += 1;
    else this.ledger.put(idOf(key), action === 'restored' ? 'updated' : action);
  }

  /** Say with what view the source is read: in a full reading once, and before the first put. */
  openReading({ whole, parts }) {
    if (this.isFull && this.#stage.isOpen) throw invalidRequest('a reading is opened once');
    if (this.isFull && this.ledger.hasPuts) throw invalidRequest('a reading is opened before the first put');
    atMost(parts.length, MAX.scopeParts, 'parts', 'a scope');
    this.#checkKeys(parts);
    this.#stage.isOpen = true;
    this.#stored(() => this.scope.compare({ whole, parts }));
  }

  closeReading(coverage) {
    this.#mustBeFull('close-reading');
    if (!this.#stage.isOpen) throw invalidRequest('a reading is closed after it was opened');
    if (this.#stage.isClosed) throw invalidRequest('a reading is closed once');
    const types = coverage.map(({ resourceType }) => resourceType);
    if (new Set(types).size !== types.length || !types.every((type) => this.types.includes(type))) {
      throw invalidRequest(`what was covered must be different ones of ${this.types.join(', ')}`);
    }
    const lists = coverage.flatMap(({ containers }) => containers);
    atMost(lists.length, MAX.containers, 'lists', 'a reading');
    this.#checkKeys(lists.map(({ key }) => key));
    this.#stage.isClosed = true;
    this.#coverage = coverage;
    this.#proof = entry('info', covered(coverage));
  }

  /** Remove what a complete reading no longer found: all of it weighed, and then all or none. */
  removeMissing(removals) {
    this.#mustBeFull('remove-missing');
    if (!this.#stage.isClosed) throw invalidRequest('nothing is removed before the reading is closed');
    if (this.#stage.hasRemoved) throw invalidRequest('a run removes once, so that the whole can be weighed');
    atMost(removals.length, MAX.removals, 'removals', 'one call');
    this.#stage.hasRemoved = true;
    this.tellCoverage();
    return this.#stored(() => this.#removeAll(removals));
  }

  #removeAll(removals) {
    const seen = new Set();
    const planned = removals.map((removal) => this.#planMissing(removal, seen));
    for (const plan of planned) this.scope.holdUnseen(plan);
    const why = this.#weigh(planned.filter(isDeparture));
    if (why) {
      this.recorder.always([entry('error', why)]);
      return planned.map((plan) => this.#hold(plan, why));
    }
    const others = planned.filter((plan) => !isDeparture(plan));
    const outcomes = new Map();
    for (const plan of [...others, ...this.#inOrder(planned.filter(isDeparture))]) outcomes.set(plan, this.carryOut(plan));
    return planned.map((plan) => outcomes.get(plan));
  }

  #planMissing(removal, seen) {
    const { key } = removal;
    if (seen.has(idOf(key))) return { key, step: 'nothing', kind: 'departure' };
    seen.add(idOf(key));
    if (!this.ledger.hasPut(idOf(key))) return this.#planDeparture(removal);
    const why = diagnosis('removed-and-read', `${nameOf(key)} stays: this very run read it`);
    return { key, step: 'refuse', kind: 'departure', why };
  }

  #hold(plan, why) {
    if (!isDeparture(plan)) return this.carryOut(plan);
    this.ledger.held(1);
    this.store.recordChange(this.run, plan.key, plan.write.action, plan.write.evidence, why.code);
    return { status: 'held', reason: why };
  }

  /** Why nothing of this may be removed: the reading did not cover what it should have, or nobody looks and it is much. */
  #weigh(departures) {
    const counts = Map.groupBy(departures, ({ key }) => key.resourceType);
    if (0 < departures.length) {
      const why = notCovered(this.#coverage, counts);
      if (why) return why;
    }
    if (this.isAttended) return undefined;
    const isMuch = [...counts].some(([type, { length }]) => isSuspicious(type, length, this.store.count(type)));
    if (!isMuch) return undefined;
    const message = `${departures.length} objects are gone from the source, which is too many to remove unseen; all of them stay`;
    return diagnosis('departures-held', message, { remedy: LOOK });
  }

  /** Users before departments, and within a type whoever has more parents that leave as well first. */
  #inOrder(departures) {
    const parents = new Map(departures.map(({ key, write }) => [idOf(key), parentOf(key, write.before)]));
    const depth = (key) => {
      let steps = 0;
      for (let at = parents.get(idOf(key)); at && steps < parents.size; at = parents.get(idOf(at))) steps += 1;
      return steps;
    };
    const rank = ({ key }) => [this.types.indexOf(key.resourceType), depth(key)];
    const ranked = departures.map((plan) => ({ plan, rank: rank(plan) }));
    ranked.sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1]);
    return ranked.map(({ plan }) => plan);
  }

  /** Take clearings that the reading does not prove. Nobody approves any here, so those of a full reading wait. */
  proposeClearings(clearings) {
    atMost(clearings.flatMap(({ keys }) => keys).length, MAX.keys, 'keys', 'one call');
    const proposals = clearings.map((clearing) => this.#checkClearing(clearing));
    this.#stored(() => proposals.forEach((proposal) => this.#propose(proposal)));
  }

  #checkClearing({ attribute, document, keys, reason }) {
    const length = byteLength(attribute);
    if (length < 1 || MAX.clearingName < length) throw invalidRequest('the attribute of a clearing must have 1 to 64 bytes');
    const read = byteLength(document) <= MAX.clearingDocument ? parsed(document) : undefined;
    if (!isObject(read) || 'externalId' in read) {
      throw invalidRequest('the document of a clearing must be a json object of at most 1024 bytes without `externalId`');
    }
    this.#checkKeys(keys);
    return { attribute, document: read, keys: [...new Map(keys.map((key) => [idOf(key), key])).values()], reason };
  }

  #propose({ attribute, document, keys, reason }) {
    const losing = keys.filter((key) => this.#loses(this.store.load(key), document));
    if (losing.length === 0) return;
    const name = `${attribute}\0${canonical(document)}`;
    if (!this.#clearings.has(name) && MAX.clearingAttributes <= this.#clearings.size) {
      throw invalidRequest(`clearings of more than ${MAX.clearingAttributes} attributes wait in one run`);
    }
    const waiting = this.#clearings.get(name) ?? { attribute, reason, count: 0 };
    this.#clearings.set(name, { ...waiting, count: waiting.count + losing.length });
    if (!this.isFull) return;
    this.ledger.counters.held += losing.length;
    for (const key of losing) this.store.recordChange(this.run, key, 'updated', undefined, 'clearing-held');
  }

  #loses(held, document) {
    if (held === undefined || held.departed) return false;
    const after = merge(held.document, document);
    if (canonical(after) === canonical(held.document)) return false;
    checkHeldOr(after);
    return true;
  }

  /** Checkpoints are taken and forgotten: this host resumes nothing. */
  saveCheckpoint(state, unchanged) {
    this.#mustBeFull('save-checkpoint');
    atMost(byteLength(state), MAX.checkpoint, 'bytes', 'a checkpoint');
    atMost(unchanged.length, MAX.checkpointKeys, 'keys', 'a checkpoint');
    this.#checkKeys(unchanged);
  }

  #mustBeFull(fn) {
    if (!this.isFull) throw invalidRequest(`\`${fn}\` is for a full reading`);
  }

  /** Record what was covered: where something is removed for want of being seen, and where not everything was read. */
  tellCoverage() {
    if (this.#proof) this.recorder.always([this.#proof]);
    this.#proof = undefined;
  }

  /** Decide about what waited for the end, and tell what waits for a person. `isWhole` says that everything was read. */
  finish(isWhole) {
    try {
      this.#stored(() => {
        this.identities.conclude(isWhole);
        this.scope.conclude();
        if (!isWhole) this.tellCoverage();
        this.recorder.always([...this.#clearings.values()].map((waiting) => this.#clearingEntry(waiting)));
      });
    } catch (error) {
      // The ledger has why the store failed; the run says it.
      if (error instanceof Error) throw error;
    }
  }

  #clearingEntry({ attribute, reason, count }) {
    const facts = { attribute, reason: reason.code };
    const said = `${count} objects may have lost \`${attribute}\`: ${reason.message}`;
    return this.isFull
      ? entry('warning', diagnosis('clearing-held', `${said}; approve it or leave it`, { facts }))
      : entry('info', diagnosis('clearing-undecided', `${said}; the next full import decides`, { facts }));
  }
}

const APPLIED = { status: 'applied' };
const HELD = { status: 'held' };
const LOOK = 'Look at them in the history. If they are right, start an import by hand, which asks the source about each once more.';

/** What to do about an object that is there, whoever stands behind its key: a pure function of what is held and what came. */
export function planPut(held, { key, version, document }) {
  // Nothing of a departed object is merged: what the source left out meanwhile must not come back with it.
  const after = merge(held && !held.departed ? held.document : undefined, document);
  checkHeldOr(after);
  const action = actionOf(held, version, after);
  if (action === undefined) return { key, step: 'nothing', kind: 'put' };
  return { key, step: 'write', kind: 'put', write: { action, version, before: held?.document, after } };
}

function actionOf(held, version, after) {
  if (held === undefined) return 'created';
  if (held.departed) return 'restored';
  if (canonical(held.document) !== canonical(after)) return 'updated';
  return held.version === version ? undefined : 'unchanged';
}

/** What to do about an object that left: people stay, and may not sign in any more. */
function planDeparture(key, held, evidence) {
  if (held === undefined || held.departed) return { key, step: 'nothing', kind: 'departure' };
  const { version, document: before } = held;
  const write =
    key.resourceType === 'User'
      ? { action: 'deactivated', version, before, after: { ...before, active: false }, evidence }
      : { action: 'deleted', version: '', before, after: undefined, evidence };
  return { key, step: 'write', kind: 'departure', write };
}

export function isDeparture({ step, kind }) {
  return step === 'write' && kind === 'departure';
}

function refusal(key, kind, error) {
  if (error instanceof Error && !(error instanceof Violation)) throw error;
  return { key, step: 'refuse', kind, why: error instanceof Violation ? refusedObject(error.message) : error };
}

export function refusedObject(what) {
  return diagnosis('object-invalid', `the connector's object is invalid: ${what}`);
}

/** What would be held names its schemas; thrown as a refusal where it does not. */
export function checkHeldOr(merged) {
  try {
    checkHeld(merged);
  } catch (error) {
    throw refusedObject(error.message);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function atMost(n, max, things, of) {
  if (max < n) throw invalidRequest(`${n} ${things} are more than the ${max} of ${of}`);
}

/** The changes in their order, cut before each object that occurred already: its second change must see the first. */
function inGroups(changes) {
  const groups = [[]];
  let seen = new Set();
  for (const change of changes) {
    const id = idOf(change.val.key);
    if (seen.has(id)) {
      groups.push([]);
      seen = new Set();
    }
    seen.add(id);
    groups.at(-1).push(change);
  }
  return groups;
}

function parentOf({ resourceType, externalId }, document) {
  const id = document?.parent?.value;
  return typeof id === 'string' && id !== externalId ? { resourceType, externalId: id } : undefined;
}

/** How many of so many may leave while nobody looks. */
function allowance(known) {
  const share = Math.floor((known * UNATTENDED.percent) / 100);
  return Math.min(Math.max(share, UNATTENDED.floor), UNATTENDED.most);
}

/** Whether so many are too many for nobody to look: everything there is, or more than is usual. */
export function isSuspicious(type, leaving, known) {
  const usual = type === 'Department' ? UNATTENDED.departments : allowance(known);
  return (known <= leaving && 1 < leaving) || usual < leaving;
}

/** Why nothing is removed for want of being seen; nothing where all was covered. */
function notCovered(coverage, leaving) {
  let [open, missing] = [0, 0];
  for (const { resourceType, read, expected, containers } of coverage) {
    const short = (should, is) => Math.max((should ?? is) - is, 0);
    const ofLists = containers.reduce((sum, list) => sum + short(list.expected, list.listed), 0);
    open += containers.filter(({ closed }) => !closed).length;
    // Who left while it was read is missing from a number that was asked for before.
    missing += Math.max(Math.max(short(expected, read), ofLists) - (leaving.get(resourceType)?.length ?? 0), 0);
  }
  if (open === 0 && missing === 0) return undefined;
  const what = open === 0 ? `the source has ${missing} objects more than were read` : `${open} lists were not read to their end`;
  return diagnosis('coverage-held', `${what}, so that what was not seen may still be there; all of it stays`, {
    facts: { open_lists: open, missing },
    remedy: 'Import again.',
  });
}

function covered(coverage) {
  const lists = coverage.flatMap(({ containers }) => containers);
  const closed = lists.filter((list) => list.closed).length;
  const read = coverage.map(({ resourceType, read: n, expected }) => [resourceType, expected == null ? n : `${n}/${expected}`]);
  const facts = { ...Object.fromEntries(read), lists: `${closed}/${lists.length}` };
  return diagnosis('reading-covered', `read ${read.map(([type, n]) => `${n} × ${type}`).join(', ')}`, { facts });
}
