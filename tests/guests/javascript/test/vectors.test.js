/** The vectors of the contract's rules that a connector passes: what this one says, every other says alike. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { canonical } from '../src/kit/documents.js';
import { guard, guardEvent, meaning, showsGate } from '../src/kit/emptied.js';

/** A file of vectors; each of its lists has cases. */
function vectors(name) {
  const file = JSON.parse(readFileSync(new URL(`../../../../wit/vectors/${name}.json`, import.meta.url), 'utf8'));
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
