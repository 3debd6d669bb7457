/**
 * The webhook: whoever keeps the roster says what has changed in it, and that is read again. From an HTTP delivery to events,
 * and from events to the objects that they name. Pure; the format is described in `docs/roster.md`.
 */

import { readObject, WholeNumber } from './json.js';
import { DEPARTMENTS, keyOf, PEOPLE, tidy } from './rows.js';
import { equalInConstantTime, utf8Length } from './kit/text.js';
import { diagnosis, failure } from './kit/words.js';

const TOKEN_HEADER = 'x-roster-token';
const EVENT_KIND = 'roster-changed';

/** Bytes of what a delivery calls itself. Why: an event's id has 128, and what stands around this one takes some. */
const MAX_DELIVERY_ID_BYTES = 100;

/** Objects that one delivery may name. Why: as many as one refresh takes. */
const MAX_NAMED = 1_000;

/** Objects that one event names. Source: the contract, `events.source-event`. */
const MAX_SUBJECTS = 100;

/** Bytes of an id. Source: the contract, `model.key`. */
const MAX_ID_BYTES = 256;

/** The lists of a delivery and of an event, in the order in which they are brought in line. */
const KINDS = [DEPARTMENTS, PEOPLE];

/**
 * Verify a delivery, and make events of what it names. `random` gives 16 bytes. Throws a failure where no webhook is set up or
 * the delivery has another token; what is wrong with one that has it is told to its sender, who can mend it.
 */
export function receiveDelivery(token, { method, headers, body }, random) {
  if (token === undefined) throw failure('settings', notSetUp());
  if (method !== 'POST') return refused(405, 'a change is told by POST');
  const given = headers.find(({ name }) => name === TOKEN_HEADER)?.value;
  if (given === undefined || !equalInConstantTime(given, token)) throw failure('other', notAuthentic());
  const told = readDelivery(body);
  if (told.wrong !== undefined) return refused(400, told.wrong);
  // Without an id each delivery is a change of its own.
  const id = told.id === undefined ? hex(random()) : `roster:${told.id}`;
  const events = [];
  for (let place = 0; place < told.keys.length; place += MAX_SUBJECTS) {
    events.push(event(`${id}:${events.length}`, told.keys.slice(place, place + MAX_SUBJECTS)));
  }
  return { status: 202, contentType: 'json', body: JSON.stringify({ accepted: told.keys.length }), events };
}

/** The objects that an event names; nothing when its payload cannot be read. */
export function keysOfEvent({ payload }) {
  const members = readObject(payload);
  return members && named(members).keys;
}

/** Why an event is not acted on. */
export function unreadableEvent({ id }) {
  return diagnosis(
    'event-unreadable',
    'what an event says cannot be read, so nothing is done about it',
    '事件的内容无法读取，未作任何处理',
    {
      remedy: [
        'import the whole roster once, which reads everything anew',
        '请完整导入一次花名册，届时会重新读取全部内容',
      ],
      facts: [['event', id]],
    },
  );
}

/** Why no message of a channel is understood. */
export function noChannel() {
  const [en, zh] = [
    'a message came over a channel, and a roster has none',
    '通过长连接收到了消息，但花名册没有长连接',
  ];
  return failure('other', diagnosis('no-channel', en, zh));
}

/** What a body says, or what is `wrong` with it, in a sentence for its sender. */
function readDelivery(body) {
  const members = body.tag === 'text' ? readObject(body.val) : undefined;
  if (members === undefined) return { wrong: 'the body must be a JSON object such as {"people": ["7"]}' };
  const id = members.get('id');
  const isId = typeof id === 'string' && 1 <= utf8Length(id) && utf8Length(id) <= MAX_DELIVERY_ID_BYTES;
  if (id !== undefined && !isId) return { wrong: `\`id\` must be a text of 1 to ${MAX_DELIVERY_ID_BYTES} bytes` };
  const { keys, wrong } = named(members);
  if (wrong !== undefined) return { wrong };
  if (keys.length === 0) return { wrong: 'the body names nobody: list ids under `people` or `departments`' };
  if (MAX_NAMED < keys.length) return { wrong: `the body names ${keys.length} objects, at most ${MAX_NAMED} are taken` };
  return { id, keys };
}

/** What the lists name, departments first, each once; or what is `wrong` with a list. */
function named(members) {
  const keys = new Map();
  for (const kind of KINDS) {
    const ids = members.get(kind.list);
    if (ids === undefined) continue;
    if (!Array.isArray(ids)) return { wrong: `\`${kind.list}\` must be a list of ids` };
    for (const [place, value] of ids.entries()) {
      const id = readId(value);
      if (id === undefined) {
        const where = `\`${kind.list}[${place}]\``;
        return { wrong: `${where} must be a text of 1 to ${MAX_ID_BYTES} bytes or a whole number` };
      }
      keys.set(`${kind.list} ${id}`, keyOf(kind, id));
    }
  }
  return { keys: [...keys.values()] };
}

/** An id as a row of the roster may write it. */
function readId(value) {
  const text = value instanceof WholeNumber ? value.digits : value;
  return typeof text === 'string' ? tidy(text, MAX_ID_BYTES).text : undefined;
}

function event(id, keys) {
  const ids = (kind) =>
    keys.filter(({ resourceType }) => resourceType === kind.resourceType).map(({ externalId }) => externalId);
  const payload = JSON.stringify({ departments: ids(DEPARTMENTS), people: ids(PEOPLE) });
  return { id, kind: EVENT_KIND, payload, occurredAtMs: undefined, subjects: keys };
}

function hex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function refused(status, why) {
  return { status, contentType: 'text', body: why, events: [] };
}

function notSetUp() {
  return diagnosis(
    'webhook-not-set-up',
    'a change of the roster was told, and no `webhook_token` is set',
    '收到了花名册的变更通知，但没有填写 webhook_token',
    {
      remedy: ['set `webhook_token`, or have the sender stop', '请填写 webhook_token，或让发送方停止发送'],
      setting: '/webhook_token',
    },
  );
}

function notAuthentic() {
  return diagnosis(
    'webhook-not-authentic',
    'a change of the roster was told without the right token',
    '收到的花名册变更通知没有携带正确的令牌',
    {
      remedy: [
        'have the sender put `webhook_token` into the header X-Roster-Token',
        '请让发送方在请求头 X-Roster-Token 中携带 webhook_token',
      ],
    },
  );
}
