/**
 * What a document must be, what becomes of it when it is merged, and its one text. Pure: `wit/vectors/document-check.json`,
 * `merge.json` and `canonical.json` are its tests. And how deep a response may be nested (`nesting.json`).
 */

import { MAX } from './limits.js';
import { byBytes, byteLength } from './words.js';

/** Attributes whose elements are told apart by their `type`. */
const TYPED = ['emails', 'phoneNumbers', 'photos'];

/** How deep the reference host's parser goes: what is deeper is told without its place. */
const PARSER_DEPTH = 128;

const WORDS = {
  size: 'its document is larger than 256 KiB',
  json: 'its document is no json',
  object: 'its document is no json object',
  'external-id': 'the `externalId` of its document is not its external id',
  depth: 'its document is nested more than 32 deep',
  number: 'a number of its document is not whole and below 2^53, written without fraction or exponent',
  'null-character': 'a text of its document holds the character U+0000',
  schemas: 'its document names no `schemas`',
};

/** A rule that a document breaks, and where (RFC 6901). */
export class Violation extends Error {
  constructor(rule, pointer = '') {
    super(WORDS[rule] + (pointer === '' ? '' : ` (at ${pointer})`));
    this.rule = rule;
    this.pointer = pointer;
  }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Whether a response begins as JSON does and is nested so deep that a connector might not survive reading it. */
export function isTooDeep(bytes) {
  let at = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  while (' \t\r\n\f'.includes(String.fromCharCode(bytes[at]))) at += 1;
  if (!opens(bytes[at])) return false;
  let depth = 0;
  for (; at < bytes.length && depth <= MAX.responseDepth; at += 1) {
    if (opens(bytes[at])) depth += 1;
    else if (closes(bytes[at])) depth = Math.max(0, depth - 1);
    else if (bytes[at] === 0x22) at = endOfText(bytes, at + 1);
  }
  return MAX.responseDepth < depth;
}

const opens = (byte) => byte === 0x5b || byte === 0x7b;
const closes = (byte) => byte === 0x5d || byte === 0x7d;

/** Where the quotation mark is that ends a text, or the end of all. */
function endOfText(bytes, from) {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
  return at;
}

/** A number that is not one of a document. */
class OddNumber {}

/** Read the text of a document for the object with this external id. Throws the first rule that it breaks. */
export function readDocument(text, externalId) {
  if (MAX.document < byteLength(text)) throw new Violation('size');
  if (PARSER_DEPTH < depthOf(text)) throw new Violation('depth');
  const document = parse(text);
  if (!isObject(document)) throw new Violation('object');
  check(document, []);
  if (document.externalId !== externalId) throw new Violation('external-id', '/externalId');
  return document;
}

/** What is held names its schemas. Throws where it does not. */
export function checkHeld(merged) {
  const { schemas } = merged;
  const isNamed = Array.isArray(schemas) && 0 < schemas.length && schemas.every((urn) => typeof urn === 'string' && urn);
  if (!isNamed) throw new Violation('schemas', '/schemas');
}

function parse(text) {
  try {
    return JSON.parse(text, (_, value, { source }) =>
      typeof value === 'number' && !isPlain(source) ? new OddNumber() : mustBeText(value),
    );
  } catch {
    throw new Violation('json');
  }
}

/** Whole, below 2^53 in amount, written without fraction or exponent. Minus zero is a number with a fraction elsewhere. */
function isPlain(source) {
  return /^-?[0-9]+$/.test(source) && source !== '-0' && Number.isSafeInteger(Number(source));
}

/** Half of a surrogate pair is no text, in names as in values. */
function mustBeText(value) {
  const texts = isObject(value) ? Object.keys(value) : [value];
  if (texts.some((text) => typeof text === 'string' && !text.isWellFormed())) throw new SyntaxError();
  return value;
}

function check(value, path) {
  const isNested = Array.isArray(value) || isObject(value);
  if (isNested && MAX.documentDepth <= path.length) throw new Violation('depth', pointer(path));
  if (value instanceof OddNumber) throw new Violation('number', pointer(path));
  if (typeof value === 'string' && value.includes('\0')) throw new Violation('null-character', pointer(path));
  if (!isNested) return;
  for (const name of Array.isArray(value) ? value.keys() : Object.keys(value).sort(byBytes)) {
    if (String(name).includes('\0')) throw new Violation('null-character', pointer(path));
    check(value[name], [...path, name]);
  }
}

function pointer(path) {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function depthOf(text) {
  let [depth, deepest] = [0, 0];
  for (const [sign] of text.replace(/"(?:[^"\\]|\\.)*"/gs, '').matchAll(/[[\]{}]/g)) {
    depth += sign === '[' || sign === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** What the platform holds after `incoming` was merged into `held`, which may be nothing. */
export function merge(held, incoming) {
  return mergeMembers(held, incoming, (name, before, value) =>
    Array.isArray(value) && TYPED.includes(name) ? mergeTyped(before, value) : mergeValue(before, value),
  );
}

/** RFC 7396 for one value; nothing stands for "remove". */
function mergeValue(held, incoming) {
  if (incoming === null) return undefined;
  if (!isObject(incoming)) return incoming;
  const merged = mergeMembers(held, incoming, (_, before, value) => mergeValue(before, value));
  return 0 < Object.keys(merged).length ? merged : undefined;
}

function mergeMembers(held, incoming, mergeOne) {
  // A map, because a member may be called `__proto__`.
  const merged = new Map(isObject(held) ? Object.entries(held) : []);
  for (const [name, value] of Object.entries(incoming)) {
    const after = mergeOne(name, merged.get(name), value);
    if (after === undefined) merged.delete(name);
    else merged.set(name, after);
  }
  return Object.fromEntries(merged);
}

/** An element replaces the one of its type in its place, a new type is added behind; of several of one type the last counts. */
function mergeTyped(held, incoming) {
  const last = new Map();
  incoming.forEach((element, place) => last.set(typeOf(element), { element, place }));
  const merged = [];
  for (const element of Array.isArray(held) ? held : []) {
    const replacement = last.get(typeOf(element));
    if (replacement === undefined) merged.push(element);
    // Only once: a second element of the type goes away.
    else if (!replacement.isTaken) merged.push(replacement.element);
    if (replacement) replacement.isTaken = true;
  }
  const fresh = [...last.values()].filter(({ isTaken }) => !isTaken).sort((a, b) => a.place - b.place);
  const kept = [...merged, ...fresh.map(({ element }) => element)].filter((element) => element?.value !== null);
  return 0 < kept.length ? kept : undefined;
}

function typeOf(element) {
  return JSON.stringify(element?.type);
}

/** The JSON text that is equal for equal documents: names sorted by their bytes, no white space. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort(byBytes);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

export function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof OddNumber);
}
