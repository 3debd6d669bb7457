/**
 * A JSON roster: the document into rows. Pure.
 *
 * `JSON.parse` forgets on which line a row stands, turns the id 9007199254740993 into another, and gives up the whole document
 * for one odd row; so the document is read here.
 */

import { readContents } from './contents.js';
import { aboutFile } from './places.js';
import { DEPARTMENTS, PEOPLE, WRONG } from './rows.js';
import { failure, quoted } from './kit/words.js';

/** How deep a row may be nested: what is deeper is no value of a roster. Why: the engine's stack. */
const MAX_DEPTH = 100;

/** How deep an object may be nested, itself counted. Why: as in the other languages. */
const MAX_OBJECT_DEPTH = 127;

/** Characters of a reason that are repeated. Why: a line of a log. */
const MAX_REASON_CHARACTERS = 300;

/** Read a whole roster. Throws a failure when it is not JSON with a list of departments and a list of people. */
export function readJson({ file, text }) {
  try {
    const lists = readLists(text);
    return readContents(table(DEPARTMENTS, file, lists), table(PEOPLE, file, lists));
  } catch (error) {
    throw error instanceof NotJson ? notUnderstood(file, text, error.message) : error;
  }
}

/**
 * A JSON object as a map, in which a number is a {@link WholeNumber} or {@link WRONG}; nothing where the text is none, is nested too
 * deep, or holds what is no text or no number of any other language: half of a surrogate pair, `1e400`.
 */
export function readObject(text) {
  const reader = new Reader(text, MAX_OBJECT_DEPTH, (digits) => (digits === WRONG ? WRONG : new WholeNumber(digits)));
  try {
    const value = reader.value(1);
    reader.end();
    return value instanceof Map && reader.odd === 0 ? value : undefined;
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return undefined;
  }
}

/** A whole number of 64 bits, by its digits. */
export class WholeNumber {
  constructor(digits) {
    this.digits = digits;
  }
}

function readLists(text) {
  const reader = new Reader(text);
  const lists = new Map();
  reader.expect('{');
  reader.members((name) => {
    const isList = name === DEPARTMENTS.list || name === PEOPLE.list;
    if (!isList) return void reader.value(1);
    if (lists.has(name)) throw reader.wrong(`duplicate field \`${name}\``);
    lists.set(name, reader.rows(name));
  });
  reader.end();
  for (const { list } of [DEPARTMENTS, PEOPLE]) if (!lists.has(list)) throw reader.wrong(`missing field \`${list}\``);
  return lists;
}

function table(kind, file, lists) {
  const unknownColumns = new Set();
  const rows = lists.get(kind.list).map(({ line, value }, index) => {
    const place = { file, line, pointer: `/${kind.list}/${index}` };
    if (!(value instanceof Map)) {
      return { place, broken: ['the row is not a JSON object', '该行不是 JSON 对象'], cells: new Map() };
    }
    for (const name of value.keys()) if (!kind.columns.includes(name)) unknownColumns.add(name);
    return { place, cells: new Map([...value].map(([name, one]) => [name, cell(one)])) };
  });
  return { file, rows, unknownColumns };
}

/** A value as a cell; `null` is none. */
function cell(value) {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? value : WRONG;
  return typeof value === 'string' ? value : WRONG;
}

/** A text that is no JSON, or no roster. */
class NotJson extends Error {}

const TOKEN =
  /[ \t\n\r]*(?:("[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(true|false|null|[{}[\],:]))/y;

/**
 * Reads the tokens of a JSON text one after the other. A whole number is its digits, because ids are written either way;
 * objects are maps; what a roster has no use for is {@link WRONG}.
 */
class Reader {
  #text;
  #place = 0;
  #nextBreak;
  #line = 1;
  #maxDepth;
  #ofNumber;
  /** How often something was met that costs what it stands in. */
  odd = 0;

  /** `ofNumber` makes a value of a whole number's digits, or of {@link WRONG}. */
  constructor(text, maxDepth = MAX_DEPTH, ofNumber = (digits) => digits) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#ofNumber = ofNumber;
    this.#nextBreak = this.#breakFrom(0);
  }

  /** The rows of a list, each with its line. */
  rows(name) {
    const rows = [];
    if (this.#next().sign !== '[') throw this.wrong(`\`${name}\` is not a list`);
    this.#elements((token) => {
      const [line, odd] = [this.#lineHere(), this.odd];
      const value = this.#valueOf(token, 2);
      rows.push({ line, value: this.odd === odd ? value : WRONG });
    });
    return rows;
  }

  value(depth) {
    return this.#valueOf(this.#next(), depth);
  }

  members(take) {
    for (let token = this.#next(), isFirst = true; ; token = this.#next(), isFirst = false) {
      if (isFirst && token.sign === '}') return;
      if (token.text === undefined) throw this.wrong('expected a name');
      this.expect(':');
      take(token.text);
      const { sign } = this.#next();
      if (sign === '}') return;
      if (sign !== ',') throw this.wrong('expected `,` or `}`');
    }
  }

  expect(sign) {
    if (this.#next().sign !== sign) throw this.wrong(`expected \`${sign}\``);
  }

  end() {
    if (/[^ \t\n\r]/.test(this.#text.slice(this.#place))) throw this.wrong('trailing characters');
  }

  wrong(what) {
    return new NotJson(`${what} at line ${this.#lineHere()}`);
  }

  #elements(take) {
    for (let token = this.#next(), isFirst = true; ; token = this.#next(), isFirst = false) {
      if (isFirst && token.sign === ']') return;
      take(token);
      const { sign } = this.#next();
      if (sign === ']') return;
      if (sign !== ',') throw this.wrong('expected `,` or `]`');
    }
  }

  #valueOf({ text, number, sign }, depth) {
    if (text !== undefined) return text;
    if (number !== undefined) {
      // No other language holds it, and it costs its row.
      if (!Number.isFinite(Number(number))) this.odd += 1;
      return this.#ofNumber(wholeNumber(number));
    }
    if (sign === 'null') return null;
    if (sign === 'true' || sign === 'false') return WRONG;
    if (this.#maxDepth < depth && (sign === '{' || sign === '[')) return this.#skip();
    if (sign === '[') {
      const list = [];
      this.#elements((token) => list.push(this.#valueOf(token, depth + 1)));
      return list;
    }
    if (sign !== '{') throw this.wrong('expected a value');
    const object = new Map();
    this.members((name) => object.set(name, this.value(depth + 1)));
    return object;
  }

  /** Pass over what is nested too deep, without going deeper. It costs its row. */
  #skip() {
    this.odd += 1;
    for (let open = 1; 0 < open; ) {
      const { sign } = this.#next();
      if (sign === '{' || sign === '[') open += 1;
      if (sign === '}' || sign === ']') open -= 1;
    }
    return WRONG;
  }

  #next() {
    TOKEN.lastIndex = this.#place;
    const found = TOKEN.exec(this.#text);
    if (found === null) throw this.wrong(this.#place < this.#text.trimEnd().length ? 'unexpected character' : 'unexpected end');
    this.#place = TOKEN.lastIndex;
    const [, quotedText, number, sign] = found;
    if (quotedText === undefined) return { number, sign };
    const text = JSON.parse(quotedText);
    // Half of a surrogate pair is no text, and costs its row.
    if (!text.isWellFormed()) this.odd += 1;
    return { text };
  }

  /** The line of the last token. */
  #lineHere() {
    while (this.#nextBreak < this.#place) {
      this.#line += 1;
      this.#nextBreak = this.#breakFrom(this.#nextBreak + 1);
    }
    return this.#line;
  }

  /** The next line break. It is looked for once: a roster of 50,000 people may be one line. */
  #breakFrom(place) {
    const at = this.#text.indexOf('\n', place);
    return at === -1 ? Infinity : at;
  }
}

/** The digits of a whole number that fits into 64 bits. */
function wholeNumber(number) {
  if (!/^-?[0-9]+$/.test(number) || number === '-0') return WRONG;
  const whole = BigInt(number);
  const fits = whole < 0n ? BigInt.asIntN(64, whole) === whole : BigInt.asUintN(64, whole) === whole;
  return fits ? number : WRONG;
}

function notUnderstood(file, text, why) {
  if (!/^[{[]/.test(text.trimStart())) {
    const begins = quoted(text.trimStart());
    return failure(
      'protocol',
      aboutFile(file, 'not-json', [`this is not JSON; it begins with ${begins}`, `这不是 JSON，开头是 ${begins}`], {
        remedy: [
          'for CSV files set `departments_url` and `people_url` instead of `url`',
          '如果是 CSV 文件，请填写 departments_url 和 people_url，而不是 url',
        ],
      }),
    );
  }
  const reason = [...why].slice(0, MAX_REASON_CHARACTERS).join('');
  return failure(
    'protocol',
    aboutFile(file, 'roster-not-understood', [`this is not a roster: ${reason}`, `这不是有效的花名册：${reason}`], {
      remedy: [
        'the document must be {"departments": [...], "people": [...]}',
        '文档必须形如 {"departments": [...], "people": [...]}',
      ],
    }),
  );
}
