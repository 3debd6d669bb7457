/** What is put, removed, cleared and told, over a platform in memory. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { handle } from '../src/handle.js';
import { readAll, readSome } from '../src/kit/reading.js';
import { SCHEMAS } from '../src/mapping.js';
import { Roster } from '../src/roster.js';
import { readSettings } from '../src/settings.js';
import { answer, Platform } from './platform.js';

const URL = 'https://hr.example/roster.json';

/** Read this roster in full; `then` is what it says when it is read once more. */
function sync(platform, roster, then = roster) {
  const answers = [roster, then];
  const call = platform.call({ [URL]: () => answer(JSON.stringify(1 < answers.length ? answers.shift() : answers[0])) });
  const source = new Roster(call, readSettings(JSON.stringify({ url: URL })));
  return call.run(
    (function* () {
      const { drafts, entries } = yield* source.readAll();
      return yield* readAll(call, SCHEMAS, drafts, entries, (key) => source.lookUp(key));
    })(),
  );
}

function refresh(platform, roster, ...keys) {
  const call = platform.call({ [URL]: () => answer(JSON.stringify(roster)) });
  const source = new Roster(call, readSettings(JSON.stringify({ url: URL })));
  return call.run(readSome(call, SCHEMAS, keys, (key) => source.lookUp(key)));
}

const user = (externalId) => ({ resourceType: 'User', externalId });

const person = (id, more = {}) => ({ id, name: `P${id}`, departments: ['1'], email: `${id}@x.example`, ...more });
const company = (...people) => ({ departments: [{ id: '1', name: 'Feihua' }], people });

test('what has not changed is not put again', () => {
  const platform = new Platform();
  const roster = company(person('7'), person('8'));
  assert.deepEqual(sync(platform, roster), { read: 3, unchanged: 0, skipped: 0, complete: true, incompleteReason: undefined });
  assert.equal(sync(platform, roster).unchanged, 3);
  assert.equal(platform.puts('User', '7').length, 1);
});

test('whoever is gone is removed with the answer of a second reading', () => {
  const platform = new Platform();
  sync(platform, company(person('7'), person('8')));
  sync(platform, company(person('7')));
  assert.deepEqual(platform.removed, ['User:8 404: not in the roster']);
});

test('whoever is back at a second look stays', () => {
  const platform = new Platform();
  sync(platform, company(person('7'), person('8')));
  assert.equal(sync(platform, company(person('7')), company(person('7'), person('8'))).complete, true);
  assert.deepEqual(platform.removed, []);
});

test('a roster with an error removes nobody and clears nothing', () => {
  const platform = new Platform();
  sync(platform, company(person('7'), person('8')));
  const summary = sync(platform, company(person('7', { email: null }), { id: '9' }));
  assert.equal(summary.complete, false);
  assert.deepEqual(platform.removed, []);
  assert.equal(platform.puts('User', '7').length, 2);
  assert.equal(platform.puts('User', '7')[1].emails, undefined);
  assert.deepEqual(platform.codes.slice(-1), ['removals-stopped']);
});

test('a value that others still have is cleared', () => {
  const platform = new Platform();
  sync(platform, company(person('7'), person('8')));
  sync(platform, company(person('7', { email: '' }), person('8')));
  assert.deepEqual(platform.puts('User', '7').at(-1), { externalId: '7', emails: [{ type: 'work', value: null }] });
  assert.deepEqual(platform.proposed, []);
});

test('the last value of its kind waits for a person', () => {
  const platform = new Platform();
  sync(platform, company(person('7')));
  sync(platform, company(person('7', { email: null })));
  assert.deepEqual(platform.proposed.map(({ attribute, reason }) => [attribute, reason.code]), [['email', 'attribute-not-visible']]);
  assert.equal(platform.puts('User', '7').at(-1).emails, undefined);
});

test('nothing is cleared of whom the platform refuses', () => {
  const platform = new Platform();
  sync(platform, company(person('7'), person('8')));
  platform.refuses.add('7');
  sync(platform, company(person('7', { email: null }), person('8')));
  assert.equal(platform.puts('User', '7').length, 1);
});

test('a reference to what is gone costs the reference', () => {
  const platform = new Platform();
  sync(platform, company(person('7', { manager: 'ghost', departments: ['1', 'nowhere'] })));
  const [document] = platform.puts('User', '7');
  assert.equal(document['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'].manager, null);
  assert.deepEqual(document['urn:rollcall:scim:schemas:extension:2.0:User'].departments, [{ value: '1' }]);
  assert.deepEqual(platform.codes, ['reference-gone', 'reference-gone']);
});

test('people may report to each other', () => {
  const platform = new Platform();
  const summary = sync(platform, company(person('7', { manager: '8' }), person('8', { manager: '7' })));
  assert.deepEqual([summary.complete, platform.codes, platform.held.User.size], [true, [], 2]);
});

test('a refresh brings in line whom it names, and says nothing of others', () => {
  const platform = new Platform();
  sync(platform, company(person('7'), person('8'), person('9')));
  const roster = company(person('7', { name: 'Renamed', email: null }), person('9', { name: 'Unasked' }));
  const { summary, unknown } = refresh(platform, roster, user('7'), user('8'), user('404'));
  assert.deepEqual([summary.read, unknown.size], [1, 0]);
  assert.deepEqual(platform.removed, ['User:8 404: not in the roster']);
  assert.equal(platform.puts('User', '7')[1].displayName, 'Renamed');
  assert.deepEqual(platform.puts('User', '7')[2].emails, [{ type: 'work', value: null }]);
  assert.equal(platform.puts('User', '9').length, 1);
});

test('whom a roster with an error does not list is unknown, and worth another try', () => {
  const platform = new Platform();
  sync(platform, company(person('7'), person('8')));
  const { unknown } = refresh(platform, company(person('7'), { id: '9' }), user('8'));
  assert.deepEqual([...unknown.values()].map(({ kind, diagnosis }) => [kind, diagnosis.code]), [['unavailable', 'roster-not-whole']]);
  assert.deepEqual(platform.removed, []);
});

test('a server that is busy is asked again, and one that refuses is not', () => {
  const platform = new Platform();
  const statuses = [503, 429, 200];
  const call = platform.call({ [URL]: () => answer(JSON.stringify(company(person('7'))), statuses.shift()) });
  const source = new Roster(call, readSettings(JSON.stringify({ url: URL })));
  assert.equal(call.run(source.readAll()).drafts.length, 2);
  const refused = platform.call({ [URL]: () => answer('', 403) });
  const failed = new Roster(refused, readSettings(JSON.stringify({ url: URL })));
  assert.throws(() => refused.run(failed.readAll()), ({ kind, diagnosis }) => kind === 'permission' && diagnosis.code === 'roster-refused');
});

test('a redirect to another origin goes without the authorization', () => {
  const seen = [];
  const call = new Platform().call({
    [URL]: () => answer('', 302, [{ name: 'location', value: 'https://store.example/r.json#top' }]),
    'https://store.example/r.json': ({ headers }) => {
      seen.push(...headers.map(({ name }) => name));
      return answer(JSON.stringify(company(person('7'))));
    },
  });
  const source = new Roster(call, readSettings(JSON.stringify({ url: URL, authorization: 'Bearer x' })));
  call.run(source.readAll());
  assert.deepEqual(seen, ['accept']);
});

test('events wait together for a roster that cannot be read, and the source for a person where it is refused', () => {
  const told = (text, status = 200) => {
    const asked = [];
    const call = new Platform().call({ [URL]: (request) => asked.push(request) && answer(text, status) });
    const events = ['7', '8'].map((id) => ({ id, payload: JSON.stringify({ people: [id] }) }));
    try {
      call.run(handle(call, new Roster(call, readSettings(JSON.stringify({ url: URL }))), events));
      return 'handled';
    } catch ({ kind, diagnosis }) {
      return [kind, diagnosis.code, asked.length];
    }
  };
  assert.deepEqual(told('[]'), ['unavailable', 'roster-not-understood', 1]);
  assert.deepEqual(told('<html>'), ['unavailable', 'roster-is-a-web-page', 1]);
  assert.deepEqual(told('', 404), ['unavailable', 'roster-not-found', 1]);
  assert.deepEqual(told('', 410), ['settings', 'roster-not-found', 1]);
  assert.deepEqual(told('', 403), ['permission', 'roster-refused', 1]);
});
