/**
 * A view of the source that is smaller than the one with which it was read the last time: what would be lost by that is held,
 * whoever started the run. What the source still shows is written as ever.
 */

import { isDeparture } from './apply.js';
import { diagnosis, entry } from './words.js';

const ORGANISATION = 'urn:rollcall:scim:schemas:extension:2.0:User';
const DEPARTMENT = 'Department';

export class Scope {
  #apply;
  #last;
  #scope;
  #parts = new Set();
  /** How it is smaller than the last one, if it is: `{wasWhole, lost}`, the ids of parts that are no longer in it. */
  #narrowed;
  /** How departments stand to it, by id: `inside`, `outside`, or `not-held`. */
  #places = new Map();
  #held = 0;

  constructor(apply) {
    this.#apply = apply;
    this.#last = apply.store.note('scope');
  }

  /** Compare this view with the last one. */
  compare(scope) {
    // Of some objects, one that was read with the smaller view may come after a larger one was told.
    if (this.#narrowed) return;
    this.#places.clear();
    this.#scope = scope;
    this.#parts = new Set(scope.parts.map(textOf));
    this.#narrowed = this.#narrow();
  }

  #narrow() {
    if (!this.#last || !this.#scope || this.#scope.whole) return undefined;
    if (this.#last.whole) return { wasWhole: true, lost: new Set() };
    const isLost = (part) => {
      const held = this.#present(part);
      return !this.#parts.has(textOf(part)) && held !== undefined && !this.#shows(part, held);
    };
    const lost = new Set(this.#last.parts.filter(isLost).map(textOf));
    return 0 < lost.size ? { wasWhole: false, lost } : undefined;
  }

  /** Hold what would only be lost because the view is smaller than before. */
  holdUnseen(plan) {
    if (!this.#narrowed || plan.step !== 'write' || !this.#isLost(plan)) return;
    this.#held += 1;
    const what = isDeparture(plan) ? 'where it is' : 'a department that it is in';
    const why = diagnosis('scope-held', `${plan.key.externalId} stays as it is: the application no longer sees ${what}`);
    Object.assign(plan, { step: 'hold-unseen', why });
  }

  #isLost({ key, kind, write }) {
    if (write.before === undefined) return false;
    // A part of the view that is gone is no longer named for that reason: its own evidence decides.
    if (kind === 'departure') return !this.#narrowed.lost.has(textOf(key)) && !this.#shows(key, write.before);
    if (write.action !== 'updated') return false;
    const after = departmentsOf(write.after);
    return departmentsOf(write.before).some((id) => !after.includes(id) && this.#place(id) === 'outside');
  }

  /** Whether the view shows what the platform holds under this key, by where it hangs there. */
  #shows(key, document) {
    if (this.#parts.has(textOf(key))) return true;
    const ids = key.resourceType === DEPARTMENT ? [key.externalId] : departmentsOf(document);
    return ids.some((id) => this.#place(id) === 'inside');
  }

  /** What hangs below a part of the view is inside. */
  #place(id) {
    const path = [];
    let [at, place] = [id, undefined];
    while (place === undefined) {
      const key = { resourceType: DEPARTMENT, externalId: at };
      place = this.#places.get(at) ?? (this.#parts.has(textOf(key)) ? 'inside' : undefined);
      if (place !== undefined) break;
      const held = this.#present(key);
      if (held === undefined) {
        place = path.length === 0 ? 'not-held' : 'outside';
        break;
      }
      // Of a tree that bites its own tail, no part is inside.
      this.#places.set(at, 'outside');
      path.push(at);
      const [above] = departmentsOf(held).sort();
      if (above === undefined) place = 'outside';
      else at = above;
    }
    if (place === 'not-held' && 0 < path.length) place = 'outside';
    for (const passed of path) this.#places.set(passed, place);
    return place;
  }

  #present(key) {
    const held = this.#apply.store.load(key);
    return held && !held.departed ? held.document : undefined;
  }

  /** Departments may hang elsewhere now. */
  departmentsChanged() {
    this.#places.clear();
  }

  /** Tell how the view stands to the last one, and keep it for the next run unless it waits. */
  conclude() {
    // A department above those that were authorised before may have been unknown when the reading began.
    if (this.#narrowed && this.#held === 0) {
      this.#places.clear();
      this.#narrowed = this.#narrow();
    }
    const { isFull, ledger, store, recorder } = this.#apply;
    if (isFull && !this.#narrowed && this.#scope) store.keepNote('scope', this.#scope);
    // A few objects say nothing of the view unless something of theirs would be lost.
    if (!this.#narrowed || (!isFull && this.#held === 0)) return;
    ledger.isScopeHeld = true;
    const less = this.#narrowed.wasWhole ? 'not everything any more' : `no longer ${[...this.#narrowed.lost].join(', ')}`;
    const why = `the application sees less than before: ${less}; ${this.#held} objects wait for a person`;
    const remedy = 'Let the application see again what it saw, then import again.';
    recorder.always([entry('error', diagnosis('scope-held', why, { remedy }))]);
  }
}

function textOf({ resourceType, externalId }) {
  return `${resourceType}:${externalId}`;
}

/** The ids of the departments that an object hangs in: those of a person, the one above a department. */
function departmentsOf(document) {
  const ofPerson = document[ORGANISATION]?.departments;
  const references = [...(Array.isArray(ofPerson) ? ofPerson : []), document.parent];
  return references.map((reference) => reference?.value).filter((id) => typeof id === 'string');
}
