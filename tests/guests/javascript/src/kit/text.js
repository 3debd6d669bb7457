/**
 * Text as the contract counts and orders it. Not here: sentences for people (`words.js`).
 *
 * QuickJS has neither `TextEncoder` nor `URL`, so what is needed of them is written out.
 */

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
