/**
 * Who stands behind a key: the same person under a new id, or somebody else to whom the source gave the key. Pure:
 * `wit/vectors/identity.json` is its test.
 */

import { isObject } from './documents.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const DEPARTMENT = 'urn:rollcall:scim:schemas:2.0:Department';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const NAME = '[A-Za-z][A-Za-z0-9_-]*';
const NOTATION = new RegExp(`^(?:(urn:[!-9;-~]+(?::[!-9;-~]+)+):)?(${NAME})(?:\\.(${NAME}))?$`);

/** An attribute in SCIM's notation (RFC 7644, section 3.10) as the names that lead to it; nothing for what is none. */
export function readNotation(text) {
  const [, urn, attribute, subAttribute] = NOTATION.exec(text) ?? [];
  if (attribute === undefined) return undefined;
  // A core schema may be named, and its attributes stand at the top all the same.
  const schema = urn === USER || urn === DEPARTMENT ? undefined : urn;
  return [schema, attribute, subAttribute].filter((step) => step !== undefined);
}

/**
 * `{kind}`: `unknown`, `same`, `same-person` (`from`, `to`, and `by` what stayed) or `somebody-else` (`from`, `to`).
 */
export function verdict(held, incoming, path) {
  const [from, to] = [held, incoming].map((document) => known(at(document, path)));
  if (from === undefined || to === undefined) return { kind: 'unknown' };
  if (from === to) return { kind: 'same' };
  const by = whatStayed(held, incoming);
  return by === undefined ? { kind: 'somebody-else', from, to } : { kind: 'same-person', from, to, by };
}

const EVIDENCE = {
  mobile: (document) => elements(document, 'phoneNumbers').filter(isMobile).map(valueOf).map(digits),
  email: (document) => elements(document, 'emails').map((one) => valueOf(one)?.toLowerCase()),
  'employee-number': (document) => [known(at(document, [ENTERPRISE, 'employeeNumber']))?.toLowerCase()],
};

function whatStayed(held, incoming) {
  let isKnown = false;
  for (const [evidence, read] of Object.entries(EVIDENCE)) {
    const [before, after] = [held, incoming].map((document) => new Set(read(document).filter(Boolean)));
    if (!before.isDisjointFrom(after)) return evidence;
    isKnown ||= 0 < before.size && 0 < after.size;
  }
  // The name decides only where nothing else is known on both sides.
  const [before, after] = [held, incoming].map(nameOf);
  return !isKnown && before !== undefined && before === after ? 'name' : undefined;
}

function nameOf(document) {
  const name = known(document.displayName) ?? known(document.name?.formatted);
  return name?.toLowerCase().split(/\p{White_Space}+/u).join(' ');
}

function isMobile({ type }) {
  return typeof type === 'string' && type.toLowerCase() === 'mobile';
}

function valueOf({ value }) {
  return known(value);
}

/** A telephone number without what people put between its digits. `00` is another way to write the plus sign. */
function digits(number) {
  if (number === undefined) return undefined;
  const written = number.replace(/^tel:/, '').trimStart();
  const all = written.replace(/[^0-9]/g, '');
  const isInternational = all.startsWith('00') || written.startsWith('+');
  const rest = all.replace(/^00/, '');
  return rest && (isInternational ? `+${rest}` : rest);
}

function elements(document, name) {
  return (Array.isArray(document[name]) ? document[name] : []).filter(isObject);
}

function at(document, path) {
  return path.reduce((outer, name) => (isObject(outer) ? outer[name] : undefined), document);
}

/** What a value says, if it says anything. */
function known(value) {
  if (typeof value === 'number') return String(value);
  return (typeof value === 'string' && value.trim()) || undefined;
}
