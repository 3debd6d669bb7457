/**
 * What rows say about each other: parents, memberships, managers. A reference to a row that is wrong is given up, so that the
 * platform keeps what it holds there. One to what is not listed stays: the kit asks about it, and takes out what is gone.
 *
 * `ids` are those of one list: `good` ones will be imported, the rows of `rejected` ones have errors.
 */

import { aboutRow } from './places.js';
import { DEPARTMENTS, keyOf, PEOPLE, UNCLEAR } from './rows.js';
import { byBytes } from './kit/text.js';
import { entry, quoted } from './kit/words.js';

/** Departments with parents first, siblings in the order of their rows; and an entry for each that is its own ancestor. */
export function parentsFirst(departments, ids) {
  const settled = departments.map((one) => (ids.rejected.has(one.parent) ? { ...one, parent: UNCLEAR } : one));
  const circular = onCycles(settled);
  const entries = settled.filter(({ id }) => circular.has(id)).map(cycle);
  const opened = settled.map((one) => (circular.has(one.id) ? { ...one, parent: UNCLEAR } : one));
  const children = Map.groupBy(opened, ({ parent }) => (ids.good.has(parent) ? parent : undefined));
  const sorted = children.get(undefined) ?? [];
  for (let place = 0; place < sorted.length; place += 1) sorted.push(...(children.get(sorted[place].id) ?? []));
  return { departments: sorted, entries };
}

/** People without what they say about departments and managers whose rows are wrong. */
export function settledPeople(people, departmentIds, personIds) {
  return people.map((person) => ({
    ...person,
    // A list with a hole would take the person out of the department that is missing from it.
    departments: person.departments.some((id) => departmentIds.rejected.has(id)) ? undefined : person.departments,
    manager: personIds.rejected.has(person.manager) ? UNCLEAR : person.manager,
  }));
}

/** What leads to a row that is not listed, a warning each. */
export function dangling(departments, departmentIds, people, personIds) {
  const isLost = (id, ids) => typeof id === 'string' && !ids.good.has(id);
  const lost = departments
    .filter(({ parent }) => isLost(parent, departmentIds))
    .map((department) => notListed(DEPARTMENTS, 'parent', department, department.parent));
  for (const person of people) {
    for (const id of person.departments ?? []) {
      if (isLost(id, departmentIds)) lost.push(notListed(PEOPLE, 'departments', person, id));
    }
    if (isLost(person.manager, personIds)) lost.push(notListed(PEOPLE, 'manager', person, person.manager));
  }
  return lost;
}

/** The ids of departments that are their own ancestors. */
function onCycles(departments) {
  const parents = new Map(departments.map(({ id, parent }) => [id, parent]));
  // Each department is passed by one walk only, so that a deep tree costs no more than a flat one.
  const passedBy = new Map();
  const circular = new Set();
  for (const start of [...parents.keys()].sort(byBytes)) {
    const path = [];
    let at = start;
    for (; parents.has(at) && !passedBy.has(at); at = parents.get(at)) {
      passedBy.set(at, start);
      path.push(at);
    }
    if (passedBy.get(at) === start) for (const id of path.slice(path.indexOf(at))) circular.add(id);
  }
  return circular;
}

function notListed(kind, column, item, id) {
  const shown = quoted(id);
  const why = aboutRow(
    item.place,
    column,
    'reference-unknown',
    [`${shown} is not in the roster`, `花名册中没有 ${shown}`],
    {
      remedy: [
        'add what is missing or correct the id; until then the row is imported without the reference',
        '请补全缺失的行或更正 id；在此之前导入该行时去掉这一引用',
      ],
    },
  );
  return entry('warning', why, keyOf(kind, item.id), item.name);
}

function cycle({ place, id, name }) {
  const shown = quoted(id);
  const why = aboutRow(
    place,
    'parent',
    'parent-cycle',
    [`department ${shown} is its own ancestor`, `部门 ${shown} 是自己的上级`],
    {
      remedy: [
        'correct the parent; until then the platform keeps where the department is',
        '请更正上级部门；在此之前平台保留该部门的现有位置',
      ],
    },
  );
  return entry('error', why, keyOf(DEPARTMENTS, id), name);
}
