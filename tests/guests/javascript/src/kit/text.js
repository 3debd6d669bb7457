/**
 * Text as the contract counts and orders it. Not here: sentences for people (`words.js`).
 *
 * QuickJS has neither `TextEncoder` nor `URL`, and StarlingMonkey no properties of Unicode in regular expressions, so what is
 * needed of them is written out.
 */

/** White space as Unicode has it; `trim` takes a byte order mark for some and leaves U+0085. For a character class. */
export const WHITE_SPACE = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const AROUND = new RegExp(`^[${WHITE_SPACE}]+|[${WHITE_SPACE}]+$`, 'g');

/** A text without the white space around it. */
export function trimmed(text) {
  return text.replace(AROUND, '');
}

/** How many bytes a text has in UTF-8. Half of a surrogate pair counts as U+FFFD, which the host makes of it. */
export function utf8Length(text) {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0);
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Orders texts by the bytes of UTF-8. `sort()` alone compares UTF-16, which differs beyond U+FFFF. */
export function byBytes(a, b) {
  const length = Math.min(a.length, b.length);
  for (let place = 0; place < length; place += 1) {
    const [left, right] = [a.charCodeAt(place), b.charCodeAt(place)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Half of a pair stands for a character beyond all others. */
function rank(unit) {
  return 0xd800 <= unit && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** A text cut to so many bytes, between two characters, with an ellipsis where it was cut. */
export function clipped(text, maxBytes) {
  if (text.length * 3 <= maxBytes || utf8Length(text) <= maxBytes) return text;
  let kept = '';
  let left = maxBytes - utf8Length('…');
  for (const character of text) {
    left -= utf8Length(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Whether two texts are equal, in a time that does not tell where they differ. */
export function equalInConstantTime(a, b) {
  let difference = a.length ^ b.length;
  for (let place = 0; place < b.length; place += 1) {
    difference |= (a.charCodeAt(place) || 0) ^ b.charCodeAt(place);
  }
  return difference === 0;
}
