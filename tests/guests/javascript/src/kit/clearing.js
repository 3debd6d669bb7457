/**
 * Clearing is a small removal: an optional attribute is taken from an object only where the reading proves that it is
 * empty, and not from too many at once. What is not proven, or too much, is handed over for a person to decide.
 */

import { canonical, contains, idOf, unassigning } from './documents.js';
import { guard, guardEvent, meaning } from './emptied.js';
import { byBytes } from './text.js';
import { counted, diagnosis } from './words.js';

/** What the platform holds from this source of an object that was seen, and the source no longer says. */
export function losing({ version, lacking }) {
  return version.held & lacking;
}

/** Judge the objects of one resource type by what others were seen with, in a complete full reading. */
export function judgeByOthers(kind) {
  const judgement = new Judgement(kind);
  kind.schema.optional.forEach(({ name }, place) => {
    const ids = whoLoses(kind, place);
    const others = kind.seenWith[place];
    if (ids.length === 0) return;
    if (meaning('absent', 'page', { isComplete: true, others }) !== 'cleared') {
      judgement.hold(place, ids, seenOnNobody(name, ids.length));
    } else if (guard(ids.length, others) !== 'cleared') {
      judgement.hold(place, ids, tooMany(name, ids.length, others));
    } else {
      judgement.clear(place, ids);
    }
  });
  return judgement;
}

/** Judge by what each object's own reading would have shown: `visible`, by the object. */
export function judgeByOwn(visible) {
  return (kind) => {
    const judgement = new Judgement(kind);
    kind.schema.optional.forEach(({ name }, place) => {
      const isProven = (id) => {
        const key = { resourceType: kind.schema.resourceType, externalId: id };
        const gateShown = contains(visible.get(idOf(key)) ?? 0, place);
        return meaning('absent', 'event', { gateShown }) === 'cleared';
      };
      const ids = whoLoses(kind, place);
      const [proven, unproven] = [ids.filter(isProven), ids.filter((id) => !isProven(id))];
      if (guardEvent(proven.length) === 'cleared') judgement.clear(place, proven);
      else judgement.hold(place, proven, tooManyInEvents(name, proven.length));
      if (0 < unproven.length) judgement.hold(place, unproven, notProven(name));
    });
    return judgement;
  };
}

/** What is to be cleared of each object of a resource type, and what a person has to decide. */
class Judgement {
  cleared = new Map();
  unproven = [];
  #schema;

  constructor({ schema }) {
    this.#schema = schema;
  }

  clear(place, ids) {
    for (const id of ids) this.cleared.set(id, (this.cleared.get(id) ?? 0) | (1 << place));
  }

  hold(place, ids, reason) {
    const { resourceType } = this.#schema;
    this.unproven.push({
      attribute: this.#schema.optional[place].name,
      document: canonical(unassigning(this.#schema, 1 << place)),
      keys: ids.map((externalId) => ({ resourceType, externalId })),
      reason,
    });
  }
}

function whoLoses({ objects }, place) {
  const loses = ([, { seen }]) => seen !== undefined && contains(losing(seen), place);
  return [...objects].filter(loses).map(([id]) => id).sort(byBytes);
}

const NARROWED = [
  'check whether a permission or the scope was narrowed at the source',
  '请检查数据源一侧的权限或可见范围是否被缩小',
];

function seenOnNobody(name, n) {
  return diagnosis(
    'attribute-not-visible',
    `${name} was seen on nobody; what the platform holds for up to ${counted(n, 'object', 'objects')} is kept`,
    `没有读到任何对象的 ${name}；平台上最多 ${n} 个对象的现有值已保留`,
    {
      remedy: [
        "if it should be visible, check the application's field permissions",
        '如果本应可见，请检查应用的字段权限',
      ],
      facts: [['attribute', name]],
    },
  );
}

function tooMany(name, n, others) {
  return diagnosis(
    'clearing-kept',
    `${counted(n, 'object', 'objects')} would lose ${name} at once, ${counted(others, 'still has', 'still have')} it; ` +
      'the values are kept',
    `将有 ${n} 个对象同时失去 ${name}，仍有 ${others} 个对象具有该值；现有值已保留`,
    { remedy: NARROWED, facts: [['attribute', name]] },
  );
}

function tooManyInEvents(name, n) {
  return diagnosis(
    'clearing-kept',
    `${counted(n, 'object', 'objects')} of one batch of events would lose ${name} at once; the values are kept`,
    `同一批事件中有 ${n} 个对象将同时失去 ${name}；现有值已保留`,
    { remedy: NARROWED, facts: [['attribute', name]] },
  );
}

function notProven(name) {
  return diagnosis(
    'clearing-not-proven',
    `${name} may have been emptied, or may be hidden: what was read does not tell which; the value is kept`,
    `${name} 可能已被清空，也可能只是不可见：读取到的内容无法判断；现有值已保留`,
    {
      remedy: [
        'import the organisation: a full reading compares with what others have',
        '请导入整个组织：完整读取会与其他对象进行比较',
      ],
      facts: [['attribute', name]],
    },
  );
}
