/**
 * A whole roster: every row that can be imported, departments with parents first, and everything that is wrong with the rest.
 * Pure.
 */

import { aboutFile, aboutRow, named } from './places.js';
import { DEPARTMENTS, keyOf, PEOPLE } from './rows.js';
import { dangling, parentsFirst, settledPeople } from './tree.js';
import { byBytes } from './kit/text.js';
import { entry, quoted } from './kit/words.js';

/**
 * Read every row, then check what they say about each other. A table is `{file, rows, unknownColumns}`.
 *
 * Returns `{departments, people, entries, dangling, errors}`: `entries` are what an administrator should know, `errors` how many
 * of them are errors, which mean that the roster is not whole; `dangling` says where references to what is not listed stand.
 */
export function readContents(departmentTable, peopleTable) {
  const [departments, people] = [readRows(DEPARTMENTS, departmentTable), readRows(PEOPLE, peopleTable)];
  const areInDepartments = people.items.some((person) => 0 < person.departments.length);
  const settled = settledPeople(people.items, departments.ids, people.ids);
  const tree = parentsFirst(departments.items, departments.ids);
  const entries = [
    ...unknownColumns(DEPARTMENTS, departmentTable),
    ...unknownColumns(PEOPLE, peopleTable),
    ...(peopleTable.rows.length === 0 ? [nobody(peopleTable.file)] : []),
    ...departments.entries,
    ...people.entries,
    ...(departmentTable.rows.length === 0 && areInDepartments ? [noDepartments(departmentTable.file)] : []),
    ...tree.entries,
  ];
  return {
    departments: tree.departments,
    people: settled,
    entries,
    errors: entries.filter(({ severity }) => severity === 'error').length,
    dangling: dangling(tree.departments, departments.ids, settled, people.ids),
  };
}

function readRows(kind, { rows }) {
  const [read, rejected, entries] = [[], new Set(), []];
  for (const row of rows) {
    const item = kind.read(row);
    if (item.entries) {
      entries.push(...item.entries);
      if (item.rejected !== undefined) rejected.add(item.rejected);
    } else {
      read.push(item);
    }
  }
  // Nobody can say which of several rows with one id is right, so none of them is imported.
  const first = new Map();
  for (const item of read) {
    if (first.has(item.id)) {
      entries.push(duplicate(kind, item, first.get(item.id)));
      rejected.add(item.id);
    } else {
      first.set(item.id, item);
    }
  }
  const items = read.filter(({ id }) => !rejected.has(id));
  return { items, entries, ids: { good: new Set(items.map(({ id }) => id)), rejected } };
}

function duplicate(kind, item, first) {
  const [id, [firstEn, firstZh]] = [quoted(item.id), named(first.place)];
  const why = aboutRow(
    item.place,
    'id',
    'id-not-unique',
    [`id ${id} stands on ${firstEn} already; none of its rows is imported`, `id ${id} 已出现在${firstZh}；这些行都不会导入`],
    {
      remedy:
        kind === DEPARTMENTS
          ? ['give each department one row', '每个部门只保留一行']
          : [
              'give each person one row, with all departments in it',
              '每个人只保留一行，并在该行列出其所有部门',
            ],
    },
  );
  return entry('error', why, keyOf(kind, item.id), item.name);
}

function unknownColumns({ columns }, { file, unknownColumns: unknown }) {
  if (unknown.size === 0) return [];
  const names = [...unknown].sort(byBytes).map(quoted);
  const why = aboutFile(
    file,
    'unknown-columns',
    [`columns that are not known were left out: ${names.join(', ')}`, `以下列无法识别，已忽略：${names.join('、')}`],
    { remedy: [`the columns are ${columns.join(', ')}`, `可用的列：${columns.join('、')}`] },
  );
  return [entry('warning', why)];
}

/** A list without anything is likelier an export that went wrong than an organisation without units, where people name some. */
function noDepartments(file) {
  const why = aboutFile(
    file,
    'no-departments',
    ['no departments are listed, and people name some', '没有列出任何部门，但人员引用了部门'],
    {
      remedy: [
        'check the export; if there are no departments, take them from the people, too',
        '请检查导出结果；如果确实没有部门，请同时清空人员的部门',
      ],
    },
  );
  return entry('error', why);
}

/** A list without anyone is likelier an export that went wrong than a company that everybody left. */
function nobody(file) {
  const why = aboutFile(file, 'no-people', ['no people are listed', '没有列出任何人员'], {
    remedy: [
      'check the export; a roster without people is not imported as one',
      '请检查导出结果；空的人员列表不会被当作真实情况导入',
    ],
  });
  return entry('error', why);
}
