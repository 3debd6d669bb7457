/**
 * One row of a roster, whatever its format: cells in, a department or a person out, or what is wrong with it. What a row says
 * about other rows is checked in `tree.js`.
 *
 * A row is `{place, broken, cells}`: `broken` is what is wrong with it as a whole, in both languages, and `cells` a map from
 * columns to texts, lists of texts, or {@link WRONG}.
 */

import { aboutRow } from './places.js';
import { byBytes, trimmed, utf8Length, WHITE_SPACE } from './kit/text.js';
import { entry, quoted } from './kit/words.js';

/** A cell that is neither a text, nor a whole number, nor a list of these. */
export const WRONG = Symbol('wrong');

/** What a reference is that leads nowhere: the platform keeps what it holds. No reference at all is `undefined`. */
export const UNCLEAR = Symbol('unclear');

/** Bytes of an id. Source: the contract, `model.key`. */
const MAX_ID_BYTES = 256;

/** Bytes of any other value. Why: a longer one is a quotation mark that was never closed. */
const MAX_VALUE_BYTES = 1_024;

/** Departments of one person. Why: with ids of the greatest length they still fit into a document of 256 KiB. */
const MAX_DEPARTMENTS = 500;

/** What a file lists. Of the columns the first three are those that a CSV file must have. */
export const DEPARTMENTS = {
  resourceType: 'Department',
  list: 'departments',
  columns: ['id', 'name', 'parent', 'order'],
  read: readDepartment,
};

export const PEOPLE = {
  resourceType: 'User',
  list: 'people',
  columns: ['id', 'name', 'departments', 'email', 'mobile', 'title', 'employee_number', 'manager'],
  read: readPerson,
};

export const requiredColumns = (kind) => kind.columns.slice(0, 3);

export const keyOf = (kind, externalId) => ({ resourceType: kind.resourceType, externalId });

/** A department, or `{rejected: its id if it has one, entries}`. */
function readDepartment(row) {
  const cells = new Cells(DEPARTMENTS, row);
  const [id, name] = [cells.required('id', MAX_ID_BYTES), cells.required('name')];
  const [parent, order] = [cells.text('parent', MAX_ID_BYTES), cells.wholeNumber('order')];
  return cells.end({ place: row.place, id, name, parent, order });
}

/** A person, or `{rejected, entries}`. `departments` are sorted. */
function readPerson(row) {
  const cells = new Cells(PEOPLE, row);
  return cells.end({
    place: row.place,
    id: cells.required('id', MAX_ID_BYTES),
    name: cells.required('name'),
    email: cells.checked('email', isEmail, notAnEmail),
    mobile: cells.checked('mobile', isTelephone, notATelephone),
    title: cells.text('title'),
    employeeNumber: cells.text('employee_number'),
    departments: cells.ids('departments'),
    manager: cells.text('manager', MAX_ID_BYTES),
  });
}

/** Reads the cells of a row one by one and gathers what is wrong. */
class Cells {
  #kind;
  #row;
  #problems = [];

  constructor(kind, row) {
    this.#kind = kind;
    this.#row = row;
  }

  /** The item, if its row has no problem. */
  end(item) {
    const { place, broken } = this.#row;
    if (broken) return { entries: [entry('error', aboutRow(place, undefined, 'row-broken', broken))] };
    if (this.#problems.length === 0) return item;
    const key = item.id === undefined ? undefined : keyOf(this.#kind, item.id);
    const name = key && item.name;
    return { rejected: item.id, entries: this.#problems.map((why) => entry('error', why, key, name)) };
  }

  required(column, maxBytes) {
    const before = this.#problems.length;
    const text = this.text(column, maxBytes);
    if (text === undefined && this.#problems.length === before) {
      this.#problem(column, 'value-missing', ['a value is required', '不能为空']);
    }
    return text;
  }

  text(column, maxBytes = MAX_VALUE_BYTES) {
    const cell = this.#row.cells.get(column);
    if (cell === undefined) return undefined;
    if (typeof cell !== 'string') {
      const why = ['the value must be a text or a whole number', '值必须是文本或整数'];
      this.#problem(column, 'value-not-a-text', why);
      return undefined;
    }
    return this.#tidy(column, cell, maxBytes);
  }

  checked(column, isRight, why) {
    const text = this.text(column);
    if (text !== undefined && !isRight(text)) this.#problem(column, ...why(quoted(text)));
    return text;
  }

  wholeNumber(column) {
    const text = this.text(column);
    if (text === undefined) return undefined;
    if (/^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return BigInt(text);
    const shown = quoted(text);
    this.#problem(column, 'not-a-whole-number', [`${shown} is not a whole number`, `${shown} 不是整数`]);
    return undefined;
  }

  ids(column) {
    const cell = this.#row.cells.get(column);
    if (cell === undefined || cell === WRONG) {
      this.#problem(column, 'departments-missing', ['a list of department ids is required', '必须是部门 id 的列表']);
      return undefined;
    }
    const parts = Array.isArray(cell) ? cell : cell.split(';');
    const ids = new Set(parts.map((part) => this.#tidy(column, part, MAX_ID_BYTES)));
    ids.delete(undefined);
    if (MAX_DEPARTMENTS < ids.size) {
      const why = [`${ids.size} departments, at most ${MAX_DEPARTMENTS}`, `${ids.size} 个部门，最多 ${MAX_DEPARTMENTS} 个`];
      this.#problem(column, 'too-many-departments', why);
    }
    return [...ids].sort(byBytes);
  }

  #tidy(column, cell, maxBytes) {
    const { text, why } = tidy(cell, maxBytes);
    if (why) this.#problem(column, 'value-not-valid', why);
    return text;
  }

  #problem(column, code, why) {
    if (!this.#row.broken) this.#problems.push(aboutRow(this.#row.place, column, code, why));
  }
}

/** A value without the white space around it as `text`, none when nothing is left; or `why` it cannot be a value. */
export function tidy(value, maxBytes) {
  const text = trimmed(value);
  const length = utf8Length(text);
  if (maxBytes < length) {
    return {
      why: [
        `the value has ${length} bytes, at most ${maxBytes} are allowed`,
        `值有 ${length} 字节，最多 ${maxBytes} 字节`,
      ],
    };
  }
  // Most often a quotation mark that was not closed on its line.
  if (/[\0-\x1f\x7f-\x9f]/.test(text)) {
    const shown = quoted(text);
    return { why: [`${shown} has a line break or another control character`, `${shown} 包含换行或其他控制字符`] };
  }
  return { text: text === '' ? undefined : text };
}

const BLANK = new RegExp(`[${WHITE_SPACE}]`);

function isEmail(text) {
  const at = text.lastIndexOf('@');
  return 0 < at && at < text.length - 1 && !BLANK.test(text);
}

/** Digits, with the signs that people put between them. */
function isTelephone(text) {
  return /^\+?[0-9 ()-]*$/.test(text) && 3 <= text.replace(/[^0-9]/g, '').length;
}

function notAnEmail(shown) {
  return ['not-an-email-address', [`${shown} is not an e-mail address`, `${shown} 不是邮箱地址`]];
}

function notATelephone(shown) {
  return [
    'not-a-telephone-number',
    [
      `${shown} is not a telephone number; if a spreadsheet rounded it, format the column as text`,
      `${shown} 不是电话号码；如果是表格软件改写了数字，请把该列设为文本格式后重新导出`,
    ],
  ];
}
