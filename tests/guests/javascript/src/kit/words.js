/** What a person reads: diagnoses and failures as the contract has them, each sentence in English and in Chinese. */

const CHINESE = 'zh-CN';

/**
 * What happened. `facts` is a list of names and values; `remedy` what the reader can do about it, in both languages.
 */
export function diagnosis(code, english, chinese, { remedy = [], facts = [], setting } = {}) {
  return {
    code,
    message: english,
    remedy: remedy[0],
    translations: [{ language: CHINESE, message: chinese, remedy: remedy[1] }],
    facts: facts.map(([name, value]) => ({ name, value })),
    setting,
  };
}

/** The sentence in Chinese; in English where the host gave no other. */
export function inChinese(why) {
  return why.translations.find((translation) => translation.language === CHINESE)?.message ?? why.message;
}

/** Why something could not be done, by who must act next. Thrown, it is the error of an exported function. */
export function failure(kind, why, retryAfterMs) {
  return { kind, diagnosis: why, retryAfterMs };
}

/** One line of the run's log. */
export function entry(severity, why, key, name) {
  return { severity, subject: key, subjectName: name, diagnosis: why };
}

/** So many of a thing: "1 person", "0 people". */
export function counted(n, one, several) {
  return n === 1 ? `1 ${one}` : `${n} ${several}`;
}

/** Characters of a value that a message repeats at most. Why: enough to find the cell, short enough for a line of a log. */
const MAX_QUOTED_CHARACTERS = 60;

/** A value as a message repeats it: quoted, and not too much of it. */
export function quoted(value) {
  const characters = [...value];
  const shown = characters.slice(0, MAX_QUOTED_CHARACTERS).map(escaped).join('');
  return `"${shown}${MAX_QUOTED_CHARACTERS < characters.length ? '…' : ''}"`;
}

/** What cannot be seen, or changes how its neighbours are seen: controls, marks, other blanks, directions. */
const UNSEEN = /[\x7f-\xa0\xad\u0300-\u036f\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ue000-\uf8ff\ufeff\ufff0-\ufffc\uffff]/;

const ESCAPES = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

function escaped(character) {
  if (character in ESCAPES) return ESCAPES[character];
  const isShown = ' ' <= character && !UNSEEN.test(character);
  return isShown ? character : `\\u{${character.codePointAt(0).toString(16)}}`;
}
