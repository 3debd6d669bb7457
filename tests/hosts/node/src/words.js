/** Diagnoses in the contract's own form, bounded and without secrets. This host speaks English alone. */

import { MAX } from './limits.js';

/** What happened. `facts` is an object of names and values. */
export function diagnosis(code, message, { facts = {}, remedy } = {}) {
  const pairs = Object.entries(facts).map(([name, value]) => ({ name, value: String(value) }));
  return { code, message, remedy, translations: [], facts: pairs, setting: undefined };
}

/** Why an operation failed, by who must act next. */
export function failure(kind, why, retryAfterMs) {
  return { kind, diagnosis: why, retryAfterMs };
}

/** One line of the run's log. */
export function entry(severity, why, subject, subjectName) {
  return { severity, subject, subjectName, diagnosis: why };
}

/** The connector asked for something that the contract does not allow. */
export function invalidRequest(what) {
  return diagnosis('request-invalid', `the connector's request is invalid: ${what}`);
}

/** The platform's store failed. */
export function storeFailed(error) {
  return diagnosis('store-failed', error.message, { remedy: 'Check the disk of the data folder, then run again.' });
}

/** The run was cancelled. */
export const CANCELLED = diagnosis('cancelled', 'the run was cancelled');

export const byteLength = (text) => Buffer.byteLength(text);

/** Orders texts by the bytes of UTF-8: `sort()` alone compares UTF-16, which differs beyond U+FFFF. */
export function byBytes(a, b) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** As much of a text as fits, cut between two characters. */
export function clipped(text, maxBytes) {
  if (text.length * 3 <= maxBytes || byteLength(text) <= maxBytes) return text;
  const kept = Buffer.from(text).subarray(0, maxBytes).toString();
  return kept.replace(/\ufffd+$/, '');
}

/** What stands where a secret was. */
const BLACK = '[secret]';

/** Shortest secret that is searched for, in bytes. Why: a shorter one would black out half of every text. */
const MIN_SECRET_BYTES = 4;

/** Reads what a connector says: cut to the contract's sizes, and without these secrets. */
export class Reader {
  #secrets;

  constructor(secrets) {
    const long = secrets.filter((secret) => MIN_SECRET_BYTES <= byteLength(secret));
    // The longest first, in case one contains another.
    this.#secrets = long.sort((a, b) => b.length - a.length);
  }

  hasSecret(text) {
    return this.#secrets.some((secret) => text.includes(secret));
  }

  text(text, maxBytes) {
    const black = this.#secrets.reduce((seen, secret) => seen.replaceAll(secret, BLACK), text);
    return clipped(black, maxBytes);
  }

  diagnosis({ code, message, remedy, translations, facts, setting }) {
    const text = (one) => (one == null ? undefined : this.text(one, MAX.text));
    return {
      code: this.text(code, MAX.code),
      message: text(message),
      remedy: text(remedy),
      translations: translations.slice(0, MAX.facts).map((one) => ({
        language: this.text(one.language, MAX.code),
        message: text(one.message),
        remedy: text(one.remedy),
      })),
      facts: facts.slice(0, MAX.facts).map(({ name, value }) => ({ name: text(name), value: text(value) })),
      setting: text(setting),
    };
  }

  failure({ kind, diagnosis: why, retryAfterMs }) {
    return failure(kind, this.diagnosis(why), retryAfterMs);
  }

  entry({ severity, subject, subjectName, diagnosis: why }) {
    const key = subject && {
      resourceType: this.text(subject.resourceType, MAX.resourceTypeName),
      externalId: this.text(subject.externalId, MAX.externalId),
    };
    const name = subjectName == null ? undefined : this.text(subjectName, MAX.subjectName);
    return entry(severity, this.diagnosis(why), key, name);
  }
}

/** A value of the contract for whoever reads this program's output: names in snake case, facts as an object. */
export function shown(value) {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value === 'bigint') return Number(value);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, one]) => {
    const isFacts = name === 'facts' && Array.isArray(one);
    const said = isFacts ? Object.fromEntries(one.map((fact) => [fact.name, fact.value])) : shown(one);
    return [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), said];
  });
  return Object.fromEntries(members);
}
