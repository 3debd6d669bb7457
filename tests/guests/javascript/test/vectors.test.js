/**
 * The vectors of the contract's rules that a connector passes, and those of the roster's webhook: what this one says, every other
 * says alike.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { canonical } from '../src/kit/documents.js';
import { guard, guardEvent, meaning, showsGate } from '../src/kit/emptied.js';
import { receiveDelivery } from '../src/webhook.js';

/** A file of vectors; each of its lists has cases. */
function vectors(name, folder = 'wit/vectors') {
  const file = JSON.parse(readFileSync(new URL(`../../../../${folder}/${name}.json`, import.meta.url), 'utf8'));
  for (const [list, cases] of Object.entries(file)) if (Array.isArray(cases)) assert.notEqual(cases.length, 0, list);
  return file;
}

test('an emptied field means what the table says', () => {
  for (const { field, answer, meaning: expected, ...evidence } of vectors('emptied').cases) {
    assert.equal(meaning(field, answer, evidence), expected, JSON.stringify({ field, answer, ...evidence }));
  }
});

test('many clearings at once, and the last one, are held', () => {
  const { guard: ofReadings, eventGuard: ofEvents } = vectors('emptied');
  for (const { losing, keeping, meaning: expected } of ofReadings) assert.equal(guard(losing, keeping), expected);
  for (const { losing, meaning: expected } of ofEvents) assert.equal(guardEvent(losing), expected);
});

test('a field that is shown proves what takes the same permission', () => {
  const { fields, gates } = vectors('emptied');
  const gated = fields.map(({ name, gate, isOpen }) => ({ name, permission: gate, isOpen }));
  for (const { field, present, shown } of gates) {
    assert.equal(showsGate(gated, field, (name) => present.includes(name)), shown, `${field}: ${present}`);
  }
});

test('a document has one text', () => {
  for (const { name, document, text } of vectors('canonical').cases) assert.equal(canonical(document), text, name);
});

/** What the sender of a delivery is told. */
function whatIsWrong(place) {
  if (place === 'body') return 'the body must be a JSON object such as {"people": ["7"]}';
  if (place === 'nobody') return 'the body names nobody: list ids under `people` or `departments`';
  return `\`${place}\` must be a ${place.endsWith(']') ? 'text of 1 to 256 bytes or a whole number' : 'list of ids'}`;
}

test('a delivery of the webhook names the same in every language', () => {
  for (const { name, body, named, wrong } of vectors('deliveries', 'connector/roster/vectors').cases) {
    const val = body.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join('');
    const token = 'a-token-of-16-ch';
    const delivery = { method: 'POST', headers: [{ name: 'x-roster-token', value: token }], body: { tag: 'text', val } };
    const { status, body: said, events } = receiveDelivery(token, delivery, () => new Uint8Array(16));
    const keys = events.flatMap(({ subjects }) => subjects).map((key) => `${key.resourceType}:${key.externalId}`);
    const expected = wrong ? [400, whatIsWrong(wrong), []] : [202, JSON.stringify({ accepted: named.length }), named];
    assert.deepEqual([status, said, keys], expected, name);
  }
});
