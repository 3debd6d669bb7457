/**
 * What a connector says about one object, and the version that tells whether it differs from what the platform holds. Pure.
 *
 * A *schema* is `{resourceType, optional, references}`.
 *
 * - `optional` are attributes that a source leaves out when they are empty, and when it may not show them: `{name, member:
 *   [names that lead to it]}` or `{name, element: [attribute, type]}`, with the `permission` it takes to see it. Only ever
 *   append to it: versions that platforms hold name an attribute by its place.
 * - `references` are members that name other objects: `{name, path, to: resource type, isPlace}`. What an object hangs in
 *   (`isPlace`) is put before it; people may report to each other.
 *
 * A set of optional attributes is a number whose bits are their places.
 */

import { showsGate } from './emptied.js';
import { byBytes } from './text.js';

/** What an object is known by within one call. */
export function idOf({ resourceType, externalId }) {
  return `${resourceType}\0${externalId}`;
}

/** The one text of a document: names sorted by their bytes, no white space. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort(byBytes);
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/**
 * What an answer of the source says about an object. `lacking` are the optional attributes that it leaves out, `unassigned`
 * those that it says to have no value, and `untold` those of which it turned out to say nothing. `permissions` are those
 * that the answer is known to show.
 */
export function draft(schema, externalId, name, document, permissions = []) {
  const said = withoutNullCharacters(document);
  const key = { resourceType: schema.resourceType, externalId };
  return { key, name, document: said, ...withoutValue(schema, said), untold: 0, permissions };
}

/** The same with a document that says less. */
export function retold(schema, before, document) {
  const { lacking, unassigned } = withoutValue(schema, document);
  const untold = before.untold | (lacking & ~(before.lacking | before.untold));
  return { ...before, document, unassigned, untold };
}

/** The optional attributes that the document gives a value. */
export function given(schema, { lacking, unassigned, untold }) {
  return all(schema) & ~(lacking | unassigned | untold);
}

/** The optional attributes that the answer would show if they had a value: of those, one that is lacking is empty. */
export function visible(schema, draft) {
  const has = given(schema, draft);
  const hasValue = (name) => contains(has, schema.optional.findIndex((optional) => optional.name === name));
  const isShown = ({ name, permission }) =>
    draft.permissions.includes(permission) || showsGate(schema.optional, name, hasValue);
  return setOf(schema, isShown);
}

/** Whether the attribute at this place is in a set. */
export function contains(set, place) {
  return 0 <= place && (set & (1 << place)) !== 0;
}

function all(schema) {
  return setOf(schema, () => true);
}

function setOf(schema, isIn) {
  return schema.optional.reduce((set, optional, place) => (isIn(optional) ? set | (1 << place) : set), 0);
}

/** What the platform was told last: a hash of the document, and the optional attributes that it holds from this source. */
export function version(canonicalText, held) {
  return { hash: hash(canonicalText), held };
}

export function versionText({ hash: digest, held }) {
  return `${digest}.${held.toString(16)}`;
}

/** Read what a host returned; nothing for a text that this kit never wrote. */
export function readVersion(text) {
  const [, digest, held] = /^([0-9a-f]{16})\.([0-9a-f]{1,8})$/.exec(text) ?? [];
  return digest === undefined ? undefined : { hash: digest, held: Number.parseInt(held, 16) };
}

/**
 * 64 bits of a text, by two multiplications a character: versions need no more, and a digest in this language is the larger
 * part of a run.
 */
function hash(text) {
  let [low, high] = [0xdeadbeef, 0x41c6ce57];
  for (let place = 0; place < text.length; place += 1) {
    const unit = text.charCodeAt(place);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  const mixed = (a, b) => Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  const hex = (number) => (number >>> 0).toString(16).padStart(8, '0');
  return hex(mixed(low, high)) + hex(mixed(high, low));
}

/** A document that says nothing but that these attributes are unassigned. */
export function unassigning(schema, set) {
  const document = {};
  schema.optional.forEach(({ member, element }, place) => {
    if (!contains(set, place)) return;
    if (element) {
      const [attribute, type] = element;
      (document[attribute] ??= []).push({ type, value: null });
    } else {
      const inner = member.slice(0, -1).reduce((outer, name) => (outer[name] ??= {}), document);
      inner[member.at(-1)] = null;
    }
  });
  return document;
}

/** The ids that a document names by this reference. */
export function named(document, { path }) {
  const value = path.reduce((outer, name) => outer?.[name], document);
  const references = Array.isArray(value) ? value : [value];
  return references.map((reference) => reference?.value).filter((id) => typeof id === 'string');
}

/** The same document without those of its references that are gone: a list has a hole, anything else is `null`. */
export function withoutGone(document, { path }, isGone) {
  return replaced(document, path, (value) =>
    Array.isArray(value) ? value.filter((reference) => !isGone(reference.value)) : isGone(value.value) ? null : value,
  );
}

/** The same document, which says nothing of this reference: a list with a hole would take the object out of what is missing. */
export function withoutReference(document, { path }) {
  return replaced(document, path, () => undefined);
}

/** An extension of which nothing is left goes away: an empty one would say that all of it is unassigned. */
function replaced(document, [name, ...rest], change) {
  if (document?.[name] == null) return document;
  const value = rest.length === 0 ? change(document[name]) : replaced(document[name], rest, change);
  const { [name]: _, ...others } = document;
  const isNothing = value === undefined || (0 < rest.length && Object.keys(value).length === 0);
  return isNothing ? others : { ...others, [name]: value };
}

/** Which optional attributes a document leaves out, and which it says to have no value. */
function withoutValue(schema, document) {
  const said = schema.optional.map((optional) => saidOf(document, optional));
  const set = (word) => said.reduce((bits, one, place) => (one === word ? bits | (1 << place) : bits), 0);
  return { lacking: set('nothing'), unassigned: set('unassigned') };
}

function saidOf(document, { member, element }) {
  if (element) {
    const [attribute, type] = element;
    if (document[attribute] === null) return 'unassigned';
    // Of several of one type the last counts, as in a merge.
    return saidBy(document[attribute]?.findLast((one) => one.type === type)?.value);
  }
  let value = document;
  for (const name of member) {
    value = value[name];
    // What stands above it was unassigned, and it with that.
    if (value === undefined || value === null || typeof value !== 'object') break;
  }
  return saidBy(value);
}

/** Source: RFC 7643, section 2.5: an empty text, list or object is no value. */
function saidBy(value) {
  if (value === undefined) return 'nothing';
  const isEmpty = value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  return isEmpty ? 'unassigned' : 'value';
}

/** U+FFFD where U+0000 stands, which no document may hold, in names and values. */
function withoutNullCharacters(value) {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd');
  if (Array.isArray(value)) return value.map(withoutNullCharacters);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([name, one]) => [withoutNullCharacters(name), withoutNullCharacters(one)]));
}
