/** Where in a roster something is, so that every message can say it: file, line, row and column. */

import { diagnosis } from './kit/words.js';

/** A file of a roster, as messages name it: by the last part of its path. The query is left out; it may carry a secret. */
export function fileAt(origin, path) {
  return { name: path.split('/').at(-1) || origin.split('/').at(-1), address: origin + path };
}

/** A diagnosis about a file as a whole. */
export function aboutFile({ name, address }, code, [en, zh], { remedy, facts = [] } = {}) {
  return diagnosis(code, `${name}: ${en}`, `${name}：${zh}`, { remedy, facts: [['file', address], ...facts] });
}

/**
 * A diagnosis about a row, or about one column of it. A place is `{file, line, pointer}`; only rows of JSON have a
 * pointer.
 */
export function aboutRow({ file, line, pointer }, column, code, [en, zh], { remedy } = {}) {
  const inPointer = [pointer, column].filter(Boolean).join('/');
  const inEnglish = pointer ? `, ${inPointer}` : column ? `, column ${column}` : '';
  const inChinese = pointer ? ` ${inPointer}` : column ? ` ${column} 列` : '';
  const facts = [['file', file.address], ['line', String(line)], ['row', pointer], ['column', column]];
  return diagnosis(
    code,
    `${file.name}, line ${line}${inEnglish}: ${en}`,
    `${file.name} 第 ${line} 行${inChinese}：${zh}`,
    { remedy, facts: facts.filter(([, value]) => value !== undefined) },
  );
}

/** The line, for another row's message. */
export function named({ line, pointer }) {
  return pointer ? [`line ${line}, ${pointer}`, `第 ${line} 行 ${pointer}`] : [`line ${line}`, `第 ${line} 行`];
}
