/**
 * What an emptied field means: cleared, held for a person, or unknown. `docs/emptied-fields.md` says why, and
 * `wit/vectors/emptied.json` holds every case. Pure.
 */

/** Clearings of one attribute that pass without a look at their share, and that share, in percent of those who had it. */
const CLEARING_FLOOR = 5;
const CLEARING_SHARE_PERCENT = 5;

/**
 * What a field without a value means. `field` is `absent`, `null` or `empty`; `answer` is `page` or `own` in a full
 * reading, and `event` where a single object was asked about.
 */
export function meaning(field, answer, evidence) {
  if (isProven(field, answer, evidence)) return 'cleared';
  return answer !== 'event' && evidence.isComplete ? 'held' : 'unknown';
}

/** Whether this reading could have seen a value, had there been one. */
function isProven(field, answer, { isComplete = false, others = 0, gateShown = false, emptyIsExplicit = false }) {
  const byOthers = answer !== 'event' && isComplete && 0 < others;
  const byGate = answer !== 'page' && gateShown;
  const byWord = emptyIsExplicit && field !== 'absent';
  return byOthers || byGate || byWord;
}

/**
 * Whether an answer shows that this field would be seen in it: it takes no permission (`isOpen`), or another field with a
 * value takes the same `permission`. `hasValue` says of which fields there is one.
 */
export function showsGate(fields, name, hasValue) {
  const field = fields.find((one) => one.name === name);
  if (field?.isOpen) return true;
  if (field?.permission == null) return false;
  return fields.some((one) => one.name !== name && one.permission === field.permission && hasValue(one.name));
}

/** What becomes of all clearings of one attribute that a complete reading proves: `keeping` were seen with it. */
export function guard(losing, keeping) {
  const isFew = losing <= CLEARING_FLOOR || losing * 100 <= (losing + keeping) * CLEARING_SHARE_PERCENT;
  return 0 < keeping && isFew ? 'cleared' : 'held';
}

/** The same of one batch of events, in which nobody knows what others have. */
export function guardEvent(losing) {
  return losing <= CLEARING_FLOOR ? 'cleared' : 'held';
}
