/** What becomes of what a connector hands over: one test for each mistake that a host easily makes. */

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Apply } from '../src/apply.js';
import { readNotation } from '../src/identity.js';
import { conclude } from '../src/run.js';
import { Lock, Store } from '../src/store.js';
import { diagnosis } from '../src/words.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ORGANISATION = 'urn:rollcall:scim:schemas:extension:2.0:User';

const folder = () => mkdtempSync(join(tmpdir(), 'rollcall-node-host-'));
const key = (resourceType, externalId) => ({ resourceType, externalId });
const put = (type, id, more = {}, version = 'v1') => ({
  tag: 'put',
  val: { key: key(type, id), version, document: JSON.stringify({ schemas: [USER], externalId: id, ...more }) },
});
const removal = (type, id, evidence = '404: gone') => ({ key: key(type, id), evidence });
const codes = (entries) => entries.map(({ diagnosis: { code } }) => code);
const statuses = (outcomes) => outcomes.map(({ status }) => status);

/** A run over a store; `told` are its entries. */
function run(store, { isFull = true, isAttended = true } = {}) {
  const told = [];
  const apply = new Apply({
    ...{ store, isFull, isAttended, run: store.openRun(isFull ? 'full' : 'events', 'test') },
    recorder: { always: (entries) => told.push(...entries) },
    types: ['Department', 'User'],
    identityPaths: { User: readNotation('urn:example:2.0:User:unionId') },
  });
  return { apply, told };
}

const opened = (store, options) => {
  const made = run(store, options);
  made.apply.openReading({ whole: true, parts: [] });
  return made;
};
const refused = (attempt) => {
  try {
    attempt();
    return undefined;
  } catch ({ code }) {
    return code;
  }
};

test('an object that is put and then cleared in one run is updated, once', () => {
  const store = new Store(folder(), 's');
  opened(store).apply.changes([put('User', '7', { title: 'a' })]);
  const { apply } = opened(store);
  apply.changes([put('User', '7', { title: 'a' })]);
  apply.changes([put('User', '7', { title: null }, 'v2')]);
  assert.deepEqual([apply.ledger.counters.read, apply.ledger.counters.updated, apply.ledger.counters.unchanged], [1, 1, 0]);
});

test('of a person who left, nothing is merged when they are back', () => {
  const store = new Store(folder(), 's');
  opened(store).apply.changes([put('User', '7', { title: 'a', active: true })]);
  run(store, { isFull: false }).apply.changes([{ tag: 'remove', val: removal('User', '7') }]);
  assert.deepEqual([store.load(key('User', '7')).document.active, store.inventory('User', undefined, 10)], [false, []]);
  const { apply } = opened(store);
  apply.changes([put('User', '7', { active: true })]);
  assert.deepEqual(store.load(key('User', '7')).document, { schemas: [USER], externalId: '7', active: true });
  assert.equal(apply.ledger.counters.updated, 1);
});

test('people leave before departments, and children before parents', () => {
  const store = new Store(folder(), 's');
  const tree = [put('Department', '1'), put('Department', '2', { parent: { value: '1' } }), put('User', '7')];
  opened(store).apply.changes(tree);
  const { apply } = opened(store);
  apply.closeReading([]);
  const order = [];
  const drop = store.recordChange.bind(store);
  store.recordChange = (row, { externalId }, ...rest) => {
    order.push(externalId);
    drop(row, key('User', externalId), ...rest);
  };
  const outcomes = apply.removeMissing([removal('Department', '1'), removal('Department', '2'), removal('User', '7')]);
  assert.deepEqual([statuses(outcomes), order], [['applied', 'applied', 'applied'], ['7', '2', '1']]);
});

test('what a full reading removes comes last, once, with evidence, and was not put', () => {
  const store = new Store(folder(), 's');
  opened(store).apply.changes([put('User', '7'), put('User', '8')]);
  const { apply, told } = opened(store);
  assert.deepEqual(statuses(apply.changes([put('User', '7'), { tag: 'remove', val: removal('User', '8') }])), ['applied', 'rejected']);
  assert.equal(refused(() => apply.removeMissing([])), 'request-invalid');
  apply.closeReading([]);
  const outcomes = apply.removeMissing([removal('User', '7'), removal('User', '8', ' ')]);
  assert.deepEqual(statuses(outcomes), ['rejected', 'rejected']);
  assert.equal(refused(() => apply.removeMissing([])), 'request-invalid');
  assert.deepEqual(codes(told), ['removal-while-reading', 'reading-covered', 'removed-and-read', 'removal-without-evidence']);
  assert.equal(apply.ledger.counters.kept, 3);
});

test('nothing is removed where a list was not read to its end', () => {
  const store = new Store(folder(), 's');
  opened(store).apply.changes([put('User', '7'), put('User', '8')]);
  const { apply, told } = opened(store);
  apply.changes([put('User', '7')]);
  const list = { key: key('Department', '1'), closed: false, listed: 1, expected: undefined };
  apply.closeReading([{ resourceType: 'User', read: 1, expected: undefined, containers: [list] }]);
  assert.deepEqual(statuses(apply.removeMissing([removal('User', '8')])), ['held']);
  assert.deepEqual([codes(told), store.load(key('User', '8')).departed], [['reading-covered', 'coverage-held'], false]);
});

test('whose key was given to somebody else leaves, and nothing of them is inherited', () => {
  const store = new Store(folder(), 's');
  const li = { 'urn:example:2.0:User': { unionId: 'A' }, displayName: 'Li', title: 'Engineer' };
  const wu = { 'urn:example:2.0:User': { unionId: 'B' }, displayName: 'Wu' };
  opened(store).apply.changes([put('User', '7', li), put('User', '8'), put('User', '9')]);
  const { apply, told } = opened(store);
  assert.deepEqual(statuses(apply.changes([put('User', '7', wu)])), ['held']);
  assert.equal(store.load(key('User', '7')).document.displayName, 'Li');
  apply.finish(true);
  assert.deepEqual(store.load(key('User', '7')).document, { schemas: [USER], externalId: '7', ...wu });
  assert.deepEqual([apply.ledger.counters.deleted, apply.ledger.counters.created, codes(told)], [1, 1, ['identity-replaced']]);
  const unread = opened(store);
  unread.apply.changes([put('User', '7', li)]);
  unread.apply.finish(false);
  assert.deepEqual([store.load(key('User', '7')).document.displayName, codes(unread.told)], ['Wu', ['identities-undecided']]);
});

test('what only a smaller view hides is held', () => {
  const store = new Store(folder(), 's');
  const inBoth = { [ORGANISATION]: { departments: [{ value: '1' }, { value: '2' }] } };
  const first = opened(store);
  first.apply.changes([put('Department', '1'), put('Department', '2'), put('User', '7', inBoth)]);
  first.apply.finish(true);
  const { apply, told } = run(store);
  apply.openReading({ whole: false, parts: [key('Department', '1')] });
  const inOne = { [ORGANISATION]: { departments: [{ value: '1' }] } };
  assert.deepEqual(statuses(apply.changes([put('User', '7', inOne, 'v2')])), ['held']);
  apply.finish(true);
  assert.deepEqual([apply.ledger.holds, codes(told), store.note('scope').whole], [true, ['scope-held'], true]);
});

test('clearings that nothing proves wait for a person', () => {
  const store = new Store(folder(), 's');
  opened(store).apply.changes([put('User', '7', { title: 'a' }), put('User', '8')]);
  const { apply, told } = opened(store);
  const reason = diagnosis('attribute-not-visible', 'nobody has one');
  const keys = [key('User', '7'), key('User', '8')];
  apply.proposeClearings([{ attribute: 'title', document: '{"title":null}', keys, reason }]);
  apply.finish(true);
  assert.deepEqual([apply.ledger.counters.held, codes(told)], [1, ['clearing-held']]);
  assert.equal(store.load(key('User', '7')).document.title, 'a');
});

test('of six who leave by events within an hour, the sixth waits', () => {
  const store = new Store(folder(), 's');
  const ids = ['1', '2', '3', '4', '5', '6'];
  opened(store).apply.changes(ids.map((id) => put('User', id)));
  const { apply } = run(store, { isFull: false, isAttended: false });
  const outcomes = apply.changes(ids.map((id) => ({ tag: 'remove', val: removal('User', id) })));
  assert.deepEqual(statuses(outcomes), ['applied', 'applied', 'applied', 'applied', 'applied', 'held']);
});

test('a summary that does not add up makes a run partial', () => {
  const { apply } = opened(new Store(folder(), 's'));
  const summary = { read: 7, unchanged: 1, skipped: 1, complete: true, incompleteReason: undefined };
  const { state, entries } = conclude({ handled: { summary } }, apply.ledger, true, false);
  assert.deepEqual([state, codes(entries)], ['partial', ['counters-inconsistent']]);
});

test('the inventory comes in the order of bytes, which is not that of UTF-16', () => {
  const store = new Store(folder(), 's');
  opened(store).apply.changes(['\u{1f600}', '\uff01', 'z'].map((id) => put('User', id)));
  assert.deepEqual(store.inventory('User', undefined, 10).map(({ id }) => id), ['z', '\uff01', '\u{1f600}']);
  assert.deepEqual(store.inventory('User', 'z', 1).map(({ id }) => id), ['\uff01']);
});

test('one process at a time has a source', () => {
  const place = folder();
  const lock = Lock.take(place, 's');
  assert.equal(Lock.take(place, 's'), undefined);
  lock.free();
  Lock.take(place, 's').free();
});
