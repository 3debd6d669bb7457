/** Acting on events: what they name is read again, and the platform brought in line with it. */

import { idOf } from './kit/documents.js';
import { readSome } from './kit/reading.js';
import { entry, failure } from './kit/words.js';
import { SCHEMAS } from './mapping.js';
import { keysOfEvent, unreadableEvent } from './webhook.js';

/** Bring in line what the events name, together, each once. An event of which something could not be asked is unfinished. */
export function* handle(call, roster, given) {
  const named = [];
  for (const event of given) {
    const keys = keysOfEvent(event);
    if (keys === undefined) call.record(entry('warning', unreadableEvent(event)));
    else named.push({ id: event.id, keys });
  }
  const keys = named.flatMap((event) => event.keys);
  if (0 < keys.length) {
    // Without a roster none of them can be brought in line.
    const { unknown } = yield* roster.latest();
    if (unknown) throw later(unknown);
  }
  const { summary, unknown } = yield* readSome(call, SCHEMAS, keys, (key) => roster.lookUp(key));
  const unfinished = named.flatMap((event) => {
    const failed = event.keys.find((key) => unknown.has(idOf(key)));
    return failed ? [{ id: event.id, failure: unknown.get(idOf(failed)) }] : [];
  });
  // Complete: an unfinished event is tried again by itself, and a full reading is for what events cannot do.
  return { summary: { ...summary, complete: true, incompleteReason: undefined }, unfinished };
}

/** Why events wait for a roster that cannot be read. None of them is to blame, so they are tried again together. */
function later(why) {
  return why.kind === 'protocol' ? failure('unavailable', why.diagnosis) : why;
}
