/** The vectors of the contract's rules: what this host says, every other says alike. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { canonical, checkHeld, isTooDeep, merge, readDocument, Violation } from '../src/documents.js';
import { readNotation, verdict } from '../src/identity.js';
import { accounted } from '../src/ledger.js';
import { fill, Misuse, scrubber, tokenOf, unfit } from '../src/sealed.js';

/** A file of vectors; each of its lists has cases. */
function vectors(name) {
  const file = JSON.parse(readFileSync(new URL(`../../../../wit/vectors/${name}.json`, import.meta.url), 'utf8'));
  for (const [list, cases] of Object.entries(file)) if (Array.isArray(cases)) assert.notEqual(cases.length, 0, list);
  return file;
}

function broken(check) {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { rule: error.rule, pointer: error.pointer };
  }
}

test('a document is what the contract says', () => {
  const { cases, held } = vectors('document-check');
  for (const { name, text, externalId, breaks } of cases) {
    const whole = text.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join('');
    assert.deepEqual(broken(() => readDocument(whole, externalId)), breaks, name);
  }
  for (const { name, document, breaks } of held) assert.deepEqual(broken(() => checkHeld(document)), breaks, name);
});

test('a response is nested no deeper than a connector can read', () => {
  for (const { name, body, tooDeep } of vectors('nesting').cases) {
    const whole = body.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join('');
    assert.equal(isTooDeep(Buffer.from(whole)), tooDeep, name);
  }
});

test('documents are merged as everywhere, once and twice', () => {
  for (const { name, held, incoming, merged } of vectors('merge').cases) {
    assert.deepEqual(merge(held, incoming), merged, name);
    assert.deepEqual(merge(merge(held, incoming), incoming), merged, `twice: ${name}`);
  }
});

test('a document has one text', () => {
  for (const { name, document, text } of vectors('canonical').cases) assert.equal(canonical(document), text, name);
});

test('counters add up or do not', () => {
  for (const { name, counters, accounted: sum, addsUp } of vectors('counters').cases) {
    assert.equal(accounted(counters), sum, name);
    assert.equal(accounted(counters) === counters.read, addsUp, name);
  }
});

test('who stands behind a key is told alike', () => {
  const { cases, notAttributes } = vectors('identity');
  for (const { name, attribute, held, incoming, verdict: expected } of cases) {
    assert.deepEqual(verdict(held, incoming, readNotation(attribute)), expected, name);
  }
  for (const text of notAttributes) assert.equal(readNotation(text), undefined, text);
});

const pairs = (headers) => headers.map(([name, value]) => ({ name, value }));
const outgoing = ({ method, url, headers, body }) => ({ method, url, headers: pairs(headers), body: { tag: 'text', val: body } });

test('a sealed secret is put where its token stands, or nowhere', () => {
  const { token, fill: cases } = vectors('sealed');
  assert.equal(tokenOf(Buffer.alloc(16)), token);
  for (const { name, secret, origins, origin, request, refused, filled } of cases) {
    const seals = [{ setting: '/secret', token, secret, origins }];
    const attempt = () => fill(seals, outgoing(request), origin);
    if (refused) assert.throws(attempt, (error) => error instanceof Misuse && error.code === refused, name);
    else assert.deepEqual(attempt(), outgoing(filled), name);
  }
});

test('a secret that a response repeats is a token there', () => {
  const { token, scrub } = vectors('sealed');
  for (const { name, secret, response, seen } of scrub) {
    const scrubbed = scrubber([{ setting: '/secret', token, secret, origins: [] }])(Buffer.from(response));
    assert.equal(scrubbed.toString(), seen, name);
  }
});

test('what is wrong with a secret is told without it', () => {
  const { schema, unfit: cases } = vectors('sealed');
  for (const { name, settings, problems } of cases) assert.deepEqual(unfit(schema, settings), problems, name);
});
