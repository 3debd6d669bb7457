/**
 * One reading of a source: what differs from what the platform holds is put as it is read. At the end a complete reading
 * says what is gone and what was cleared; the own readings of single objects say it of those alone.
 *
 * It never asks the source itself: `lookUp` does, a generator that is given a key and answers `{present: draft}`,
 * `{gone: evidence}` or `{unknown: failure}`.
 */

import { byHost } from './call.js';
import { judgeByOthers, judgeByOwn, losing } from './clearing.js';
import {
  canonical,
  contains,
  given,
  idOf,
  readVersion,
  unassigning,
  version,
  versionText,
  visible,
} from './documents.js';
import { mustMatch, Outbox } from './outbox.js';
import { References } from './references.js';
import { byBytes, clipped } from './text.js';
import { counted, diagnosis, entry, failure, inChinese } from './words.js';

/** Items of the inventory asked for at once. Source: the contract, `directory.list-inventory`. */
const INVENTORY_PAGE = 10_000;

/** Keys found, and keys of clearings proposed, at once. Source: the contract, `directory`. */
const MAX_KEYS = 1_000;

/** Bytes of the evidence of a removal. Source: the contract, `model.removal`. */
const MAX_EVIDENCE_BYTES = 1_024;

/**
 * Bring everything in line. `drafts` are all objects that the source has, parents first; `problems` are entries that say
 * what of it could not be read. Returns the summary.
 */
export function* readAll(call, schemas, drafts, problems, lookUp) {
  const reading = new Reading(call, schemas, lookUp, { isWhole: true });
  reading.holdAll();
  byHost(() => call.directory.openReading({ whole: true, parts: [] }));
  for (const problem of problems) {
    if (problem.severity === 'error') reading.isIncomplete(problem);
    else call.record(problem);
  }
  for (const [place, draft] of drafts.entries()) {
    yield* reading.put(draft);
    call.report('reading', place + 1, drafts.length);
    reading.outbox.sendIfDue();
  }
  yield* reading.references.settle();
  const removals = reading.incomplete ? [] : yield* reading.confirmAbsences();
  const unproven = reading.incomplete ? [] : yield* reading.clear(judgeByOthers);
  yield* reading.outbox.drain();
  reading.propose(unproven);
  reading.references.tellFurther();
  reading.tellKeptAbsences();
  byHost(() => call.directory.closeReading(reading.coverage()));
  if (!reading.incomplete && 0 < removals.length) reading.remove(removals);
  return reading.summary();
}

/**
 * Bring just these objects in line: departments before the people in them, and what is gone last, people first. Returns the
 * summary and `unknown`, a failure for the id of each object that could not be asked about.
 */
export function* readSome(call, schemas, keys, lookUp) {
  const reading = new Reading(call, schemas, lookUp, { isWhole: false });
  const wanted = new Map(keys.map((key) => [idOf(key), key]));
  for (const { resourceType } of wanted.values()) if (!reading.kinds.has(resourceType)) throw unknownType(resourceType);
  reading.hold([...wanted.values()]);
  const [unknown, gone, seen] = [new Map(), [], new Map()];
  for (const schema of schemas) {
    const ofType = [...wanted.values()].filter((key) => key.resourceType === schema.resourceType);
    const answers = yield* parentsFirst(ofType, lookUp);
    const goneOfType = [];
    for (const [key, answer] of answers) {
      if (answer.present) {
        seen.set(idOf(key), visible(schema, answer.present));
        yield* reading.put(answer.present);
      } else {
        reading.references.remember(key, answer);
        if (answer.unknown) {
          unknown.set(idOf(key), answer.unknown);
          reading.isIncomplete(entry('error', answer.unknown.diagnosis, key));
        } else if (reading.holds(key)) {
          goneOfType.push(removal(key, answer.gone));
        }
      }
    }
    yield* reading.references.settle();
    gone.unshift(...goneOfType);
  }
  const unproven = yield* reading.clear(judgeByOwn(seen));
  for (const one of gone) yield* reading.outbox.push(idOf(one.key), { tag: 'remove', val: one });
  yield* reading.outbox.drain();
  reading.propose(unproven);
  reading.references.tellFurther();
  for (const [id, why] of reading.references.unfinished) if (wanted.has(id)) unknown.set(id, why);
  return { summary: reading.summary(), unknown };
}

class Reading {
  constructor(call, schemas, lookUp, { isWhole }) {
    this.call = call;
    this.outbox = new Outbox(call);
    this.references = new References(this, lookUp, { isWhole });
    /** Why something was not read: the first reason that came up. */
    this.incomplete = undefined;
    /** Of each resource type: its objects by external id, and how many were seen with each optional attribute. */
    this.kinds = new Map(
      schemas.map((schema) => [
        schema.resourceType,
        { schema, objects: new Map(), seenWith: schema.optional.map(() => 0) },
      ]),
    );
  }

  /** Learn what the platform holds. */
  holdAll() {
    for (const [resourceType, { objects }] of this.kinds) {
      for (let after; ; ) {
        const page = byHost(() => this.call.directory.listInventory(resourceType, after, INVENTORY_PAGE));
        for (const item of page) objects.set(item.externalId, { held: readVersion(item.version) ?? 'unknown' });
        const last = page.at(-1)?.externalId;
        // A host whose last id does not advance would be asked for ever.
        if (page.length < INVENTORY_PAGE || (after !== undefined && byBytes(last, after) <= 0)) break;
        after = last;
      }
    }
  }

  /** Learn which of these the platform holds. */
  hold(keys) {
    for (let place = 0; place < keys.length; place += MAX_KEYS) {
      const some = keys.slice(place, place + MAX_KEYS);
      const items = byHost(() => this.call.directory.findInventory(some));
      some.forEach(({ resourceType, externalId }, n) => {
        if (items[n] == null) return;
        const held = readVersion(items[n].version) ?? 'unknown';
        this.kinds.get(resourceType).objects.set(externalId, { held });
      });
    }
  }

  /** Whether the platform holds this object. */
  holds({ resourceType, externalId }) {
    return this.kinds.get(resourceType)?.objects.get(externalId)?.held !== undefined;
  }

  /** Whether this object was put, or is as the platform has it. */
  hasSeen({ resourceType, externalId }) {
    return this.kinds.get(resourceType)?.objects.get(externalId)?.seen !== undefined;
  }

  schemaOf({ resourceType }) {
    return this.kinds.get(resourceType).schema;
  }

  /** Put an object, once what it names is there. */
  put(draft) {
    return this.references.give(draft);
  }

  /** Put an object that differs from what the platform holds. */
  *putNow(draft) {
    const kind = this.kinds.get(draft.key.resourceType);
    const text = canonical(draft.document);
    const put = see(kind, draft, text);
    if (put) yield* this.send(draft.key, put, text);
  }

  *send(key, newVersion, document) {
    yield* this.outbox.push(idOf(key), { tag: 'put', val: { key, version: versionText(newVersion), document } });
  }

  /** Something could not be read: nothing will be cleared or removed. */
  isIncomplete(problem) {
    this.incomplete ??= problem.diagnosis;
    this.call.record(problem);
  }

  /** Absence is not a removal: ask about each object that is held and was not seen. What is gone has the answer as evidence. */
  *confirmAbsences() {
    const absent = this.absent();
    if (0 < absent.length && this.sawNothing()) {
      this.isIncomplete(entry('error', nothingSeen(absent.length)));
      return [];
    }
    const removals = [];
    for (const [place, key] of absent.entries()) {
      const answer = yield* this.references.ask(key);
      if (answer.present) yield* this.put(answer.present);
      else if (answer.gone) removals.push(removal(key, answer.gone));
      else this.isIncomplete(entry('error', answer.unknown.diagnosis, key));
      this.call.report('confirming', place + 1, absent.length);
    }
    // What turned out to be there may name something in turn.
    yield* this.references.settle();
    return removals;
  }

  absent() {
    const absent = [];
    for (const [resourceType, { objects }] of this.kinds) {
      const unseen = [...objects].filter(([, { seen }]) => seen === undefined).map(([id]) => id);
      absent.push(...unseen.sort(byBytes).map((externalId) => ({ resourceType, externalId })));
    }
    return absent;
  }

  sawNothing() {
    return [...this.kinds.values()].every(({ objects }) => objects.values().every(({ seen }) => !seen));
  }

  /** Put what is proven to be empty. `judge` says what that is; returns what a person has to decide. */
  *clear(judge) {
    yield* this.outbox.drain();
    const unproven = [];
    for (const kind of this.kinds.values()) {
      const judged = judge(kind);
      unproven.push(...judged.unproven);
      for (const [externalId, cleared] of judged.cleared) {
        const { seen } = kind.objects.get(externalId);
        const key = { resourceType: kind.schema.resourceType, externalId };
        // The version says that the whole document is there, so one that was refused cannot be followed by it.
        if (this.outbox.hasRefused(idOf(key))) continue;
        const lost = losing(seen) & cleared;
        seen.version = { ...seen.version, held: seen.version.held & ~lost };
        seen.isPut = true;
        yield* this.send(key, seen.version, canonical({ externalId, ...unassigning(kind.schema, lost) }));
      }
    }
    return unproven;
  }

  /** Hand over clearings that are not proven, so many objects a call as the contract carries. */
  propose(unproven) {
    for (const clearing of unproven) {
      for (let place = 0; place < clearing.keys.length; place += MAX_KEYS) {
        const part = { ...clearing, keys: clearing.keys.slice(place, place + MAX_KEYS) };
        byHost(() => this.call.directory.proposeClearings([part]));
      }
    }
  }

  /** The one door through which a full reading removes. */
  remove(removals) {
    this.call.report('removing', 0, removals.length);
    const outcomes = byHost(() => this.call.directory.removeMissing(removals));
    mustMatch(removals.length, outcomes.length);
    this.call.report('removing', removals.length, removals.length);
  }

  /** Say what would have been removed if the reading were complete: that nobody leaves is worth a sentence. */
  tellKeptAbsences() {
    const absent = this.absent().length;
    if (this.incomplete && 0 < absent && !this.sawNothing()) {
      this.call.record(entry('warning', absencesKept(absent, this.incomplete)));
    }
  }

  coverage() {
    return [...this.kinds].map(([resourceType, { objects }]) => {
      const read = objects.values().reduce((n, { seen }) => n + (seen ? 1 : 0), 0);
      return { resourceType, read, expected: undefined, containers: [] };
    });
  }

  summary() {
    let [read, unchanged] = [0, 0];
    for (const { objects } of this.kinds.values()) {
      for (const { seen } of objects.values()) {
        read += seen ? 1 : 0;
        unchanged += seen && !seen.isPut ? 1 : 0;
      }
    }
    return { read, unchanged, skipped: 0, complete: !this.incomplete, incompleteReason: this.incomplete };
  }
}

/** Note an object; the version to put it with, if it must be put. */
function see({ schema, objects, seenWith }, draft, text) {
  const present = given(schema, draft);
  const known = objects.get(draft.key.externalId) ?? {};
  if (!known.seen) {
    schema.optional.forEach((_, place) => {
      seenWith[place] += contains(present, place) ? 1 : 0;
    });
  }
  const before = known.seen?.version ?? (known.held === 'unknown' ? undefined : known.held);
  const held = ((before?.held ?? 0) | present) & ~draft.unassigned;
  const now = version(text, held);
  const isChanged = now.hash !== before?.hash || now.held !== before.held;
  const isPut = isChanged || Boolean(known.seen?.isPut);
  objects.set(draft.key.externalId, { ...known, seen: { lacking: draft.lacking, version: now, isPut } });
  return isChanged ? now : undefined;
}

/** What the source says of each, parents before children as far as both are among these, else in the order of their ids. */
function* parentsFirst(keys, lookUp) {
  const sorted = keys.toSorted((a, b) => byBytes(a.externalId, b.externalId));
  const answers = [];
  for (const key of sorted) answers.push([key, yield* lookUp(key)]);
  const parents = new Map(answers.map(([key, { present }]) => [key.externalId, present?.document.parent?.value]));
  const depth = (id) => {
    let steps = 0;
    // Who is below itself would never reach a top.
    for (let at = parents.get(id); at !== undefined && steps < parents.size; at = parents.get(at)) steps += 1;
    return steps;
  };
  return answers
    .map(([key, answer]) => ({ key, answer, depth: depth(key.externalId) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ key, answer }) => [key, answer]);
}

function removal(key, evidence) {
  return { key, evidence: clipped(evidence, MAX_EVIDENCE_BYTES) };
}

function unknownType(resourceType) {
  const type = JSON.stringify(resourceType);
  const [en, zh] = [`resource type ${type} is not one of this connector's`, `资源类型 ${type} 不属于该连接器`];
  return failure('other', diagnosis('unknown-resource-type', en, zh));
}

function absencesKept(absent, why) {
  return diagnosis(
    'removals-stopped',
    'nobody and nothing is removed by this run: of what the platform holds, ' +
      `${counted(absent, 'object was', 'objects were')} not found, and the reading is not complete, because ${why.message}`,
    `本次运行不会删除任何对象：平台上有 ${absent} 个对象没有读到，但读取不完整，原因是：${inChinese(why)}`,
    {
      remedy: [
        'mend what keeps the reading from being complete; whoever is gone is removed by the next complete one',
        '请先解决导致读取不完整的问题；下次完整读取时会删除已离开者',
      ],
      facts: [['because', why.code]],
    },
  );
}

function nothingSeen(held) {
  return diagnosis(
    'nothing-read',
    `the source showed nothing at all, while the platform holds ${counted(held, 'object', 'objects')}; nothing is removed`,
    `数据源没有返回任何对象，而平台上已有 ${held} 个；不会删除任何对象`,
    {
      remedy: [
        'check what the application is allowed to see, then import again',
        '请检查应用的可见范围，然后重新导入',
      ],
    },
  );
}
