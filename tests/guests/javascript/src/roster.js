/** A roster behind a URL: how it is read, and what it says when it is asked. */

import { readCsv } from './csv.js';
import { fetchFile } from './fetch.js';
import { readJson } from './json.js';
import { departmentDraft, filledColumns, personDraft } from './mapping.js';
import { exposesAuthorization } from './settings.js';
import { DEPARTMENTS, PEOPLE } from './rows.js';
import { counted, diagnosis, failure } from './kit/words.js';

/** Problems that a check lists one by one. Why: a checklist is read on one screen; a run records all of them. */
const MAX_FINDINGS = 20;

export class Roster {
  #call;
  #settings;
  /** What {@link lookUp} answers from. */
  #latest;

  constructor(call, settings) {
    this.#call = call;
    this.#settings = settings;
  }

  /** Read the roster anew: departments and people as drafts, parents first, and what is wrong with it. */
  *readAll() {
    const contents = yield* this.#read();
    const drafts = [...contents.departments.map((one) => departmentDraft(one)), ...contents.people.map((one) => personDraft(one))];
    return { drafts, entries: contents.entries };
  }

  /** What the roster says about one object: as it was when this was first asked, read once, however many are asked about. */
  *lookUp({ resourceType, externalId }) {
    const latest = yield* this.latest();
    if (latest.unknown) return latest;
    const draft = latest.drafts.get(resourceType)?.(externalId);
    if (draft) return { present: draft };
    return latest.errors === 0
      ? { gone: '404: not in the roster' }
      : { unknown: failure('unavailable', notWhole(latest.errors)) };
  }

  /** The roster to look things up in, or `{unknown: failure}`. */
  *latest() {
    this.#latest ??= yield* this.#readLatest();
    return this.#latest;
  }

  /** The findings of a check. */
  *check() {
    const transport = this.#checkTransport();
    try {
      return [transport, ...checkContents(yield* this.#read())];
    } catch (error) {
      if (!error.kind) throw error;
      return [transport, finding('roster', 'failed', error.diagnosis), finding('rows', 'skipped', NOT_READ)];
    }
  }

  *#readLatest() {
    try {
      const contents = yield* this.#read();
      const columns = filledColumns(contents);
      const finder = (items, toDraft) => {
        const byId = new Map(items.map((item) => [item.id, item]));
        return (id) => byId.has(id) && toDraft(byId.get(id), columns);
      };
      const drafts = new Map([
        [DEPARTMENTS.resourceType, finder(contents.departments, departmentDraft)],
        [PEOPLE.resourceType, finder(contents.people, personDraft)],
      ]);
      return { drafts, errors: contents.errors };
    } catch (error) {
      if (!error.kind) throw error;
      return { unknown: error };
    }
  }

  *#read() {
    const { json, csv, authorization } = this.#settings;
    if (json) return readJson(yield* fetchFile(this.#call, json, authorization));
    const files = [csv.departments, csv.people].map((address) => fetchFile(this.#call, address, authorization));
    return readCsv(csv.delimiter, ...(yield* this.#call.all(files)));
  }

  #checkTransport() {
    return exposesAuthorization(this.#settings)
      ? finding('transport', 'warning', NOT_ENCRYPTED)
      : finding('transport', 'passed', TRANSPORT_FINE);
  }
}

/** One line of a checklist. */
export function finding(check, status, why) {
  return { check, status, diagnosis: why };
}

function checkContents({ departments, people, entries, errors, dangling }) {
  const counts = diagnosis(
    'roster-read',
    `it can be imported; departments: ${departments.length}, people: ${people.length}`,
    `可以导入：${departments.length} 个部门，${people.length} 名人员`,
  );
  const rows = () => {
    if (0 < errors) return finding('rows', 'warning', notWhole(errors));
    if (0 < dangling.length) return finding('rows', 'warning', referencesUnknown(dangling.length));
    return finding('rows', 'passed', ROWS_FINE);
  };
  const shown = [...entries, ...dangling].slice(0, MAX_FINDINGS).map((one) => finding('row', 'warning', one.diagnosis));
  return [finding('roster', 'passed', counts), rows(), ...shown];
}

function notWhole(errors) {
  const [it, are] = errors === 1 ? ['1 error; until it is', '1 处错误'] : [`${errors} errors; until they are`, `${errors} 处错误`];
  return diagnosis(
    'roster-not-whole',
    `the roster has ${it} mended nobody is removed and nothing is cleared`,
    `花名册有 ${are}；修正之前不会停用任何人员，也不会清空任何值`,
    { remedy: ['correct the rows that are named', '请修正所列出的行'] },
  );
}

function referencesUnknown(n) {
  return diagnosis(
    'references-unknown',
    `${counted(n, 'reference leads', 'references lead')} to what is not in the roster; those rows are imported without that`,
    `有 ${n} 处引用所指的行不在花名册中；导入这些行时去掉该引用`,
    { remedy: ['add what is missing or correct the ids', '请补全缺失的行或更正 id'] },
  );
}

const NOT_ENCRYPTED = diagnosis(
  'authorization-not-encrypted',
  'the authorization is sent over http, where anyone on the way can read it',
  '授权信息通过 http 明文发送，途中任何人都能读取',
  { remedy: ['use an https address', '请使用 https 地址'] },
);

const TRANSPORT_FINE = diagnosis(
  'transport-fine',
  'no secret crosses the network in the clear',
  '没有明文传输的机密',
);

const NOT_READ = diagnosis(
  'rows-not-checked',
  'the rows were not looked at, because the roster could not be read',
  '未检查花名册的各行：花名册未能读取',
);

const ROWS_FINE = diagnosis('rows-fine', 'every row is right', '所有行均正确');
