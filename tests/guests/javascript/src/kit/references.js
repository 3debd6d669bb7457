/**
 * What objects say of each other. An object that names another waits until that one was given. What nothing has brought is
 * asked about, each once: what is there is put first, what is gone is taken out of whatever names it, and where the source
 * does not tell, the platform keeps what it holds there.
 */

import { idOf, named, retold, withoutGone, withoutReference } from './documents.js';
import { byBytes } from './text.js';
import { counted, diagnosis, entry, inChinese } from './words.js';

/** Objects at most that one reading asks about because others name them. Why: of more, the source is wrong as a whole. */
const MAX_ASKED = 1_000;

/** References that lead nowhere of which each gets an entry of its own. Why: a page of a log. */
const MAX_TOLD = 20;

export class References {
  #reading;
  #lookUp;
  #isWhole;
  /** Objects that wait for one that they name, by their ids. */
  #waiting = new Map();
  /** What the source said about what it did not bring, by its id. */
  #answers = new Map();
  #asked = 0;
  #told = 0;
  /** Why objects are not as the source has them, by their ids: something that they name could not be asked about. */
  unfinished = new Map();

  constructor(reading, lookUp, { isWhole }) {
    this.#reading = reading;
    this.#lookUp = lookUp;
    this.#isWhole = isWhole;
  }

  /** Put an object, or let it wait for what it names. */
  *give(draft) {
    // What is given twice counts as it was given last.
    this.#waiting.delete(idOf(draft.key));
    if (this.#missingOf(draft).length === 0) yield* this.#deliver(draft);
    else this.#waiting.set(idOf(draft.key), draft);
  }

  /** Ask about everything that is waited for, until nobody waits. What the source brings may name more. */
  *settle() {
    while (0 < this.#waiting.size) {
      const before = this.#waiting.size;
      const waiting = [...this.#waiting].sort(([a], [b]) => byBytes(a, b));
      for (const [, draft] of waiting) yield* this.give(draft);
      const awaited = this.#awaited();
      for (const key of awaited) yield* this.#learn(key);
      if (awaited.length === 0 && this.#waiting.size === before) {
        // They wait for each other, and would do so for ever: the first is put as it is.
        const [[id, draft]] = this.#waiting;
        this.#waiting.delete(id);
        yield* this.#deliver(draft);
      }
    }
  }

  /** What the source says about this object; what it said before, if it was asked. */
  *ask(key) {
    const before = this.#answers.get(idOf(key));
    if (before?.gone || before?.unknown) return before;
    const answer = yield* this.#lookUp(key);
    this.remember(key, answer);
    return answer;
  }

  /** Keep an answer for whatever names the object. */
  remember(key, answer) {
    if (!answer.present) this.#answers.set(idOf(key), answer);
  }

  /** Say how many references lead nowhere beside those that were told one by one. */
  tellFurther() {
    const further = this.#told - MAX_TOLD;
    if (0 < further) this.#reading.call.record(entry('warning', furtherReferences(further)));
  }

  *#learn(key) {
    if (!this.#isWhole) this.#reading.hold([key]);
    if (this.#isThere(key)) return;
    this.#asked += 1;
    if (MAX_ASKED < this.#asked) {
      this.#answers.set(idOf(key), {});
      return;
    }
    const answer = yield* this.ask(key);
    if (answer.present) {
      yield* this.give(answer.present);
      // An answer about something else says nothing about this.
      if (!this.#isThere(key) && !this.#waiting.has(idOf(key))) this.#answers.set(idOf(key), {});
    } else if (answer.unknown) this.#reading.isIncomplete(entry('error', answer.unknown.diagnosis, key));
  }

  /** What is waited for and does not wait itself, in the order of its ids. */
  #awaited() {
    const awaited = new Map();
    for (const draft of this.#waiting.values()) {
      for (const key of this.#missingOf(draft)) if (!this.#waiting.has(idOf(key))) awaited.set(idOf(key), key);
    }
    return [...awaited.values()].sort((a, b) => byBytes(idOf(a), idOf(b)));
  }

  /** What an object names that was not given, and of which nothing is known yet. */
  #missingOf(draft) {
    const isKnown = (key) => idOf(key) === idOf(draft.key) || this.#isThere(key) || this.#answers.has(idOf(key));
    return this.#reading.schemaOf(draft.key).references.flatMap((reference) => {
      const isGiven = (key) => !reference.isPlace && this.#waiting.has(idOf(key));
      return keysOf(reference, draft).filter((key) => !isKnown(key) && !isGiven(key));
    });
  }

  /** Whether what is named is there for all that this reading knows. */
  #isThere(key) {
    return this.#reading.hasSeen(key) || (!this.#isWhole && this.#reading.holds(key));
  }

  /** Put an object, without what it names that is not there. */
  *#deliver(draft) {
    const schema = this.#reading.schemaOf(draft.key);
    let document = draft.document;
    for (const reference of schema.references) {
      const answers = keysOf(reference, draft).map((key) => [key, this.#answerAbout(key)]);
      const lost = answers.filter(([, answer]) => answer !== undefined);
      for (const [key, answer] of lost) this.#tell(draft, reference, key, answer);
      if (lost.length === 0) continue;
      const isGone = (externalId) => this.#answerAbout({ resourceType: reference.to, externalId }) !== undefined;
      document = lost.every(([, answer]) => answer.gone)
        ? withoutGone(document, reference, isGone)
        : withoutReference(document, reference);
    }
    yield* this.#reading.putNow(document === draft.document ? draft : retold(schema, draft, document));
  }

  /** What the source said about what is named, unless it is there. */
  #answerAbout(key) {
    const answer = this.#answers.get(idOf(key));
    return answer && (answer.gone || !this.#isThere(key)) ? answer : undefined;
  }

  #tell(draft, reference, key, answer) {
    if (answer.unknown) this.unfinished.set(idOf(draft.key), answer.unknown);
    this.#told += 1;
    if (MAX_TOLD < this.#told) return;
    this.#reading.call.record(entry('warning', why(reference, key, answer), draft.key, draft.name));
  }
}

function keysOf(reference, { document }) {
  return named(document, reference).map((externalId) => ({ resourceType: reference.to, externalId }));
}

function why({ name }, { resourceType, externalId }, { gone, unknown }) {
  const facts = [['member', name], ['names', externalId]];
  const [en, zh] = resourceType === 'Department' ? ['department', '部门'] : ['person', '人员'];
  const id = JSON.stringify(externalId);
  if (gone) {
    return diagnosis(
      'reference-gone',
      `${name} names ${en} ${id}, which is gone (${gone}); the reference is left out`,
      `${name} 引用的${zh} ${id} 已不存在（${gone}），已去掉该引用`,
      { remedy: ['correct it at the source', '请在数据源中更正'], facts },
    );
  }
  if (!unknown) {
    return diagnosis(
      'reference-not-clear',
      `${name} names ${en} ${id}, which was not read, and the source was not asked about it; the platform keeps what it holds there`,
      `${name} 引用的${zh} ${id} 没有读到，也未向数据源查询；平台保留现有值`,
      { facts },
    );
  }
  return diagnosis(
    'reference-not-clear',
    `${name} names ${en} ${id}, which was not read; the platform keeps what it holds there. About it the source says: ` +
      unknown.diagnosis.message,
    `${name} 引用的${zh} ${id} 没有读到，平台保留现有值。数据源对其的答复：${inChinese(unknown.diagnosis)}`,
    { facts: [['because', unknown.diagnosis.code], ...facts] },
  );
}

function furtherReferences(n) {
  return diagnosis(
    'references-not-clear',
    `${counted(n, 'more reference leads', 'more references lead')} to something that was not found, too`,
    `另有 ${n} 处引用所指的对象没有找到`,
  );
}
