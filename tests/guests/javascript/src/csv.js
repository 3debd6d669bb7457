/**
 * A CSV roster: each file into rows. A row with a wrong number of columns, or with a quotation mark that is not closed, takes
 * no other with it. Pure.
 */

import { readContents } from './contents.js';
import { aboutFile } from './places.js';
import { DEPARTMENTS, PEOPLE, requiredColumns } from './rows.js';
import { trimmed } from './kit/text.js';
import { failure, quoted } from './kit/words.js';

/** Read a whole roster from two files, each `{file, text}`. Throws a failure when one lacks a column that it must have. */
export function readCsv(delimiter, departments, people) {
  return readContents(table(DEPARTMENTS, delimiter, departments), table(PEOPLE, delimiter, people));
}

function table(kind, delimiter, { file, text }) {
  const [header, ...records] = readRecords(text, delimiter);
  const { columns, unknown } = readHeader(kind, file, text, header?.fields ?? []);
  return { file, rows: records.map((record) => row(file, columns, record)), unknownColumns: unknown };
}

function readHeader(kind, file, text, fields) {
  const [columns, unknown] = [[], new Set()];
  for (const field of fields) {
    const column = kind.columns.find((known) => known === plain(field));
    if (column !== undefined && columns.includes(column)) throw columnTwice(file, column);
    // A column without a name is what a spreadsheet leaves behind at the right edge.
    if (column === undefined && trimmed(field) !== '') unknown.add(trimmed(field));
    columns.push(column);
  }
  const missing = requiredColumns(kind).filter((column) => !columns.includes(column));
  if (0 < missing.length) throw missingColumns(kind, file, text, fields.length === 0 ? [] : missing);
  return { columns, unknown };
}

/** A header as it is compared: "Employee Number" is `employee_number`. */
function plain(header) {
  return trimmed(header)
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[ -]/g, '_');
}

function row(file, columns, { fields, line, quotes }) {
  const place = { file, line };
  let broken;
  if (quotes % 2 === 1) broken = OPEN_QUOTE;
  else if (fields.length !== columns.length) broken = wrongNumber(columns.length, fields.length);
  // Of a broken row it is not known which value belongs to which column.
  const cells = new Map(broken ? [] : columns.map((column, place) => [column, fields[place]]));
  cells.delete(undefined);
  return { place, broken, cells };
}

/**
 * The records of a text (RFC 4180), each with the line on which it begins and how many quotation marks it has. Lines end as an
 * editor counts them; empty ones are no records.
 */
export function readRecords(text, delimiter) {
  const records = [];
  const isLineEnd = (character) => character === '\n' || character === '\r';
  let [place, line] = [0, 1];
  const countLine = (at) => {
    if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) line += 1;
  };
  while (place < text.length) {
    if (isLineEnd(text[place])) {
      countLine(place);
      place += 1;
      continue;
    }
    const record = { fields: [], line, quotes: 0 };
    records.push(record);
    for (let isOpen = true; isOpen; ) {
      let field = '';
      let isQuoted = text[place] === '"';
      if (isQuoted) {
        record.quotes += 1;
        place += 1;
      }
      // A quotation mark within a value that does not begin with one is a character like any other.
      for (; place < text.length; place += 1) {
        const character = text[place];
        countLine(place);
        if (character === '"') record.quotes += 1;
        if (isQuoted && character === '"') {
          if (text[place + 1] === '"') {
            record.quotes += 1;
            place += 1;
          } else {
            isQuoted = false;
            continue;
          }
        } else if (!isQuoted && (character === delimiter || isLineEnd(character))) {
          break;
        }
        field += character;
      }
      record.fields.push(field);
      isOpen = text[place] === delimiter && place < text.length;
      place += 1;
    }
  }
  return records;
}

const OPEN_QUOTE = [
  'a quotation mark is not closed, or one inside a value is not doubled',
  '引号没有闭合，或值中的引号没有写成两个',
];

function wrongNumber(expected, found) {
  return [`the row has ${found} columns, the header has ${expected}`, `该行有 ${found} 列，表头有 ${expected} 列`];
}

function columnTwice(file, column) {
  const why = [`column ${column} stands in the header twice`, `表头中 ${column} 列重复`];
  return failure('protocol', aboutFile(file, 'column-twice', why));
}

function missingColumns(kind, file, text, missing) {
  const firstLine = quoted(text.trimStart().split(/\r?\n/, 1)[0]);
  const required = requiredColumns(kind);
  const remedy = /^[{[]/.test(text.trimStart())
    ? ['for a JSON roster set `url` instead', '如果是 JSON 花名册，请改为填写 url']
    : [
        `the first line must name the columns ${required.join(', ')}; check \`delimiter\` too`,
        `第一行必须包含列名 ${required.join('、')}；也请检查 delimiter`,
      ];
  const why = [
    `the header lacks ${missing.join(', ')}; the first line is ${firstLine}`,
    `表头缺少 ${missing.join('、')} 列；第一行是 ${firstLine}`,
  ];
  return failure('protocol', aboutFile(file, 'columns-missing', why, { remedy }));
}
