/**
 * Who stands behind a key: tells a person under a new id from somebody else to whom the source gave the key, and decides what
 * becomes of them. Somebody else is a replacement: who was there leaves, and whoever came joins, with nothing of the other. In
 * a full run replacements wait for the end of the reading, so that the whole can be weighed.
 */

import { checkHeldOr, idOf, isSuspicious, nameOf, planPut } from './apply.js';
import { merge } from './documents.js';
import { verdict } from './identity.js';
import { MAX_TOLD_IDENTITIES } from './limits.js';
import { diagnosis, entry } from './words.js';

export class Identities {
  #apply;
  #paths;
  /** Replacements that wait for the end of the reading, by id: `{incoming, change}`. */
  #waiting = new Map();
  #told = { recognised: [], replaced: [] };
  #held = 0;

  /** `paths` are the notations of identity attributes, by resource type. */
  constructor(apply, paths) {
    this.#apply = apply;
    this.#paths = paths;
  }

  /** What to do about an object that is there, by who stands behind its key. */
  plan(held, incoming) {
    const { key } = incoming;
    if (this.#apply.ledger.waits(idOf(key))) return this.#planAgain(incoming);
    const change = held && this.#change(held, incoming);
    if (!change) return planPut(held, incoming);
    if (change.kind === 'same-person') return { ...planPut(held, incoming), change };
    return replacement(held, incoming, change);
  }

  #change(held, incoming) {
    const path = this.#paths[incoming.key.resourceType];
    const found = path ? verdict(held.document, incoming.document, path) : { kind: 'unknown' };
    return found.kind === 'unknown' || found.kind === 'same' ? undefined : found;
  }

  /** Another put of an object whose replacement waits is about whoever came. */
  #planAgain(incoming) {
    const waiting = this.#waiting.get(idOf(incoming.key));
    if (waiting) {
      const document = merge(waiting.incoming.document, incoming.document);
      checkHeldOr(document);
      waiting.incoming = { ...incoming, document };
    }
    return { key: incoming.key, step: 'wait', kind: 'put' };
  }

  /** Let a replacement wait: in a full run for the end, else, above what may leave in an hour, for a person. */
  holdReplacement(plan) {
    if (plan.step !== 'replace' || plan.hadLeft) return;
    if (this.#apply.isFull) {
      this.#waiting.set(idOf(plan.key), { incoming: plan.incoming, change: plan.change });
      plan.step = 'wait';
    } else if (!this.#apply.isAttended && this.#apply.exceeded(plan.key.resourceType) !== undefined) {
      this.#hold(plan);
    }
  }

  #hold(plan) {
    this.#held += 1;
    const why = `${nameOf(plan.key)} stays as it is until a person says who it is, one of too many: ${plan.evidence}`;
    Object.assign(plan, { step: 'hold-replacement', why: diagnosis('identity-held', why) });
  }

  /** Something was written: tell it where an identity changed. */
  applied({ key, change, write }) {
    if (!change) return;
    const list = change.kind === 'same-person' ? this.#told.recognised : this.#told.replaced;
    list.push({ key, change, name: write?.after?.displayName });
  }

  /** Decide about what waited. `isWhole` says that everything was read: otherwise nobody is replaced. */
  conclude(isWhole) {
    const undecided = isWhole ? 0 : this.#waiting.size;
    if (isWhole) this.#decide();
    const entries = [
      ...told(this.#told.recognised, recognised, 'identity-changed', 'are the same people under other identities'),
      ...told(this.#told.replaced, replaced, 'identity-replaced', 'ids were given to somebody else by the source'),
    ];
    if (0 < undecided) {
      const why = `${undecided} ids may belong to somebody else at the source now; nothing of them was changed`;
      entries.push(entry('warning', diagnosis('identities-undecided', why)));
    }
    if (0 < this.#held) {
      const why = `${this.#held} ids now belong to somebody else at the source, which is too many to replace unseen`;
      entries.push(entry('error', diagnosis('identities-held', why)));
    }
    this.#apply.recorder.always(entries);
  }

  #decide() {
    const byType = Map.groupBy(this.#waiting.values(), ({ incoming }) => incoming.key.resourceType);
    this.#waiting = new Map();
    for (const [type, waiting] of byType) {
      const isMuch = isSuspicious(type, waiting.length, this.#apply.store.count(type));
      for (const { incoming, change } of waiting) {
        const held = this.#apply.store.load(incoming.key);
        // Somebody removed them on the platform meanwhile.
        const plan = held ? replacement(held, incoming, change) : { ...planPut(undefined, incoming), change };
        if (isMuch && held) this.#hold(plan);
        this.#apply.carryOut(plan);
      }
    }
  }
}

/** The key is taken, so that nothing of whoever had it can stay under it. */
function replacement(held, incoming, change) {
  const after = merge(undefined, incoming.document);
  checkHeldOr(after);
  const evidence = `the source gave this id to somebody else: ${change.from} → ${change.to}`;
  const write = { action: 'created', version: incoming.version, before: undefined, after, evidence };
  return { key: incoming.key, step: 'replace', kind: 'put', write, evidence, change, incoming, hadLeft: held.departed };
}

/** One entry each, or one for all where they are many. */
function told(changes, sentence, code, ofMany) {
  if (MAX_TOLD_IDENTITIES < changes.length) return [entry('info', diagnosis(code, `${changes.length} ${ofMany}`))];
  return changes.map(({ key, change, name }) => entry('info', diagnosis(code, sentence(key, change)), key, name));
}

function recognised(key, { from, to, by }) {
  return `${nameOf(key)} is the same person under another identity (${from} → ${to}), recognised by ${by}`;
}

function replaced(key, { from, to }) {
  return `the source gave the id of ${nameOf(key)} to somebody else (${from} → ${to}): who had it left, whoever has it joined`;
}
