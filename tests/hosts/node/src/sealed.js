/**
 * Sealed secrets: used by a connector without being seen by it. Pure: `wit/vectors/sealed.json` is its test, and
 * `wit/rules/src/sealed.rs` the same in Rust.
 *
 * A seal is `{setting, token, secret, origins}`.
 */

import { isObject } from './documents.js';
import { byteLength } from './words.js';

const PREFIX = 'sealed-';
const TOKEN_LETTERS = 26;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Shortest secret that is looked for in a response, in bytes. Why: a shorter one stands there by chance. */
const MIN_SCRUBBED_BYTES = 4;

/** Fewest letters of base64 that are looked for within a longer text. Why: as above. */
const MIN_BASE64_LETTERS = 8;

/** The one pattern of a setting that a host knows the meaning of. */
const NO_BLANKS = '^\\S+$';

/** The token of 16 random bytes. */
export function tokenOf(random) {
  const bits = random.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  const letter = (_, place) => ALPHABET[Number((bits >> BigInt(5 * place)) & 31n)];
  return PREFIX + Array.from({ length: TOKEN_LETTERS }, letter).join('');
}

/** Why a request with a token must not leave. */
export class Misuse extends Error {
  constructor(code, { setting }, where) {
    const why = {
      'secret-misplaced': `the connector would have sent the secret of setting "${setting}" in ${where}; nothing was sent`,
      'secret-not-for-origin': `the secret of setting "${setting}" must not go to ${where}; nothing was sent`,
      'secret-not-for-header': `setting "${setting}" has a character that the header of a request cannot carry`,
    };
    super(why[code]);
    Object.assign(this, { code, setting });
  }
}

/** A request with the secrets in place of their tokens. Throws a {@link Misuse}. */
export function fill(seals, request, origin) {
  if (seals.length === 0) return request;
  const noneIn = (text, where) => {
    const [found] = find(seals, text);
    if (found) throw new Misuse('secret-misplaced', found.seal, where);
  };
  const replaced = (text, write) => {
    let [filled, done] = ['', 0];
    for (const { place, seal } of find(seals, text)) {
      if (!seal.origins.includes(origin)) throw new Misuse('secret-not-for-origin', seal, origin);
      filled += text.slice(done, place) + write(seal);
      done = place + seal.token.length;
    }
    return filled + text.slice(done);
  };
  const [, address, query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(request.url);
  noneIn(request.method, 'the method');
  noneIn(fragment ?? '', 'the address after #');
  noneIn(address, 'the host or path of the address');
  const percent = ({ secret }) => percentEncoded(secret);
  const url = query === undefined ? request.url : `${address}?${replaced(query, percent)}${suffix('#', fragment)}`;
  const body = fillBody(request, { noneIn, replaced, percent, seals });
  const headers = request.headers.map(({ name, value }) => {
    noneIn(name, 'the name of a header');
    return { name, value: replaced(value, headerValue) };
  });
  return { ...request, url, headers, body };
}

function suffix(sign, text) {
  return text === undefined ? '' : sign + text;
}

function fillBody({ headers, body }, { noneIn, replaced, percent, seals }) {
  if (body.tag === 'bytes') {
    noneIn(Buffer.from(body.val).toString(), 'a body of bytes');
    return body;
  }
  const types = headers.filter(({ name }) => name.toLowerCase() === 'content-type');
  if (1 < types.length) {
    noneIn(body.val, 'a body of two types');
    return body;
  }
  const type = types[0]?.value.split(';')[0].trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return { tag: 'text', val: replaced(body.val, percent) };
  const isQuoted = quotedSpans(body.val);
  for (const { place, seal } of find(seals, body.val)) {
    if (!isQuoted(place)) throw new Misuse('secret-misplaced', seal, 'a body outside of double quotes');
  }
  return { tag: 'text', val: replaced(body.val, ({ secret }) => JSON.stringify(secret).slice(1, -1)) };
}

/** The tokens in a text, in order. */
function find(seals, text) {
  const found = [];
  for (let place = text.indexOf(PREFIX); place !== -1; place = text.indexOf(PREFIX, place + 1)) {
    const seal = seals.find(({ token }) => text.startsWith(token, place));
    if (seal) found.push({ place, seal });
  }
  return found;
}

function percentEncoded(text) {
  const encode = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, encode);
}

function headerValue(seal) {
  if (!/^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(seal.secret)) throw new Misuse('secret-not-for-header', seal);
  return seal.secret;
}

/** Whether a place stands between two double quotes, and is no part of an escape: where a JSON text has its strings. */
function quotedSpans(text) {
  const [spans, escaped] = [[], new Set()];
  let begin;
  for (let place = 0; place < text.length; place += 1) {
    if (text[place] === '"') {
      if (begin === undefined) begin = place + 1;
      else {
        spans.push([begin, place]);
        begin = undefined;
      }
    } else if (text[place] === '\\' && begin !== undefined) {
      place += 1;
      escaped.add(place);
    }
  }
  return (place) => !escaped.has(place) && spans.some(([from, to]) => from <= place && place < to);
}

/** Makes a function that puts tokens in place of the secrets in a response's bytes, in whatever form a server repeats them. */
export function scrubber(seals) {
  const patterns = seals
    .filter(({ secret }) => MIN_SCRUBBED_BYTES <= byteLength(secret))
    .flatMap(({ secret, token }) => formsOf(secret).map((form) => ({ form, token })))
    // The longest first, in case one contains another.
    .sort((a, b) => b.form.length - a.form.length);
  if (patterns.length === 0) return (bytes) => bytes;
  // Latin-1 keeps one character a byte, so that places are those of bytes.
  const sources = patterns.map(({ form }) => `(${[...form].map(anyFormOf).join('')})`);
  const expression = new RegExp(sources.join('|'), 'g');
  return (bytes) => {
    const text = Buffer.from(bytes).toString('latin1');
    const seen = text.replace(expression, (...found) => patterns[found.slice(1).findIndex((one) => one !== undefined)].token);
    return Buffer.from(seen, 'latin1');
  };
}

/** The secret itself, and base64 of it, by itself and within more, in both alphabets. */
function formsOf(secret) {
  const bytes = Buffer.from(secret);
  const within = [0, 1, 2].map((before) => {
    const letters = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').replace(/=+$/, '');
    // Only letters that these bytes alone decide.
    return letters.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const whole = bytes.toString('base64').replace(/=+$/, '');
  const inBase64 = [...within.filter((form) => MIN_BASE64_LETTERS <= form.length), whole];
  const forUrls = inBase64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([secret, ...inBase64, ...forUrls])];
}

/** A pattern for a character in each of its forms: as it is, percent-encoded, escaped as in JSON. */
function anyFormOf(character) {
  const bytes = [...Buffer.from(character)];
  const hex = (number, width) =>
    [...number.toString(16).padStart(width, '0')].map((digit) => `[${digit}${digit.toUpperCase()}]`).join('');
  const forms = [
    bytes.map((byte) => `%${hex(byte, 2)}`).join(''),
    [...character].flatMap((one) => one.split('')).map((unit) => `\\\\u${hex(unit.charCodeAt(0), 4)}`).join(''),
    bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  ];
  const short = { '"': '"', '\\': '\\\\', '/': '/', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' }[character];
  if (short) forms.unshift(`\\\\${short}`);
  if (character === ' ') forms.push('\\+');
  return `(?:${forms.join('|')})`;
}

/**
 * Settings with a token in place of every sealed secret that is given, and what was sealed: `{setting, token, secret}`. What is
 * no text never becomes a secret, and is not shown either.
 */
export function seal(schema, settings, mint) {
  const sealed = [];
  const walk = (part, value, setting) => {
    if (marksSealed(part) && !isNothing(value)) {
      const token = mint();
      if (typeof value === 'string') sealed.push({ setting, token, secret: value });
      return token;
    }
    if (Array.isArray(value)) return value.map((one, n) => (part?.items ? walk(part.items, one, child(setting, n)) : one));
    if (!isObject(value)) return value;
    const members = Object.entries(value).map(([name, one]) => {
      const inner = part?.properties?.[name];
      return [name, inner ? walk(inner, one, child(setting, name)) : one];
    });
    return Object.fromEntries(members);
  };
  return { settings: walk(schema, settings, ''), sealed };
}

/** Everything that is wrong with the sealed settings, `{setting, code}`: a connector cannot see it. No value is repeated. */
export function unfit(schema, settings) {
  const found = [];
  const visit = (part, value, setting) => {
    const code = marksSealed(part) ? howUnfit(part, value) : undefined;
    if (code) found.push({ setting, code });
    if (isObject(value)) {
      for (const name of part.required ?? []) {
        if (marksSealed(part.properties?.[name]) && isNothing(value[name])) {
          found.push({ setting: child(setting, name), code: 'secret-empty' });
        }
      }
      for (const name of Object.keys(value).sort()) {
        if (part.properties?.[name]) visit(part.properties[name], value[name], child(setting, name));
      }
    }
    if (Array.isArray(value) && part.items) value.forEach((one, n) => visit(part.items, one, child(setting, n)));
  };
  visit(schema, settings, '');
  return found;
}

function howUnfit({ pattern, maxLength }, value) {
  if (isNothing(value)) return undefined;
  if (typeof value !== 'string') return 'secret-not-a-text';
  const unseen = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060\ufeff]/u;
  const blank = /\p{White_Space}/u;
  const isAround = blank.test(value[0]) || blank.test(value.at(-1));
  if (isAround || unseen.test(value) || (pattern === NO_BLANKS && blank.test(value))) return 'secret-has-blanks';
  return maxLength < [...value].length ? 'secret-too-long' : undefined;
}

/** Whether the setting at this JSON pointer is sealed. */
export function isSealed(schema, setting) {
  const steps = setting.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const found = steps.reduce((part, step) => part?.properties?.[step] ?? (/^\d+$/.test(step) ? part?.items : undefined), schema);
  return setting.startsWith('/') && marksSealed(found);
}

/** The settings that a schema marks as secret, whether sealed or not: what no text may hold. */
export function secretsIn(schema, settings) {
  if (typeof settings === 'string') return schema?.writeOnly === true ? [settings] : [];
  if (Array.isArray(settings)) return settings.flatMap((one) => secretsIn(schema?.items, one));
  if (!isObject(settings)) return [];
  return Object.entries(settings).flatMap(([name, one]) => secretsIn(schema?.properties?.[name], one));
}

function marksSealed(schema) {
  return schema?.writeOnly === true && schema['x-sealed'] === true;
}

function isNothing(value) {
  return value == null || (typeof value === 'string' && value.trim() === '');
}

function child(setting, name) {
  return `${setting}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
