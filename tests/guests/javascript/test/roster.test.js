/** Settings, files and deliveries: everything that needs no host. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readAddress } from '../src/addresses.js';
import { readCsv, readRecords } from '../src/csv.js';
import { readJson } from '../src/json.js';
import { planOf, readSettings } from '../src/settings.js';
import { keysOfEvent, receiveDelivery } from '../src/webhook.js';
import { byBytes, clipped, equalInConstantTime, utf8Length } from '../src/kit/text.js';
import { quoted } from '../src/kit/words.js';

const FILE = { name: 'r.json', address: 'https://hr.example/r.json' };
const json = (text) => readJson({ file: FILE, text });
const csv = (departments, people, delimiter = ',') =>
  readCsv(delimiter, { file: FILE, text: departments }, { file: FILE, text: people });

/** What is wrong, by code, line and column. */
const told = ({ entries }) =>
  entries.map(({ diagnosis: { code, facts } }) => [code, ...['line', 'column'].map((name) => facts.find((fact) => fact.name === name)?.value)]);

const problems = (settings) => {
  try {
    readSettings(JSON.stringify(settings));
    return [];
  } catch (error) {
    return error.problems.map(({ code, setting }) => `${setting} ${code}`);
  }
};

test('all problems of the settings are told at once', () => {
  assert.deepEqual(problems({}), ['/url no-address']);
  assert.deepEqual(problems({ people_url: 'https://a.example/p.csv' }), ['/departments_url half-a-pair']);
  assert.deepEqual(problems({ url: 'https://a.example', people_url: 'https://a.example' }), ['/url two-formats']);
  assert.deepEqual(problems({ url: 'ftp://a', delimiter: '::', webhook_token: 'short', colour: 'red' }), [
    '/colour unknown-setting',
    '/url not-an-address',
    '/delimiter not-a-delimiter',
    '/webhook_token not-a-token',
  ]);
  assert.deepEqual(problems({ url: 'https://me:pw@a.example/' }), ['/url password-in-address']);
  assert.deepEqual(problems({ url: 7 }), ['/url setting-not-a-text', '/url no-address']);
});

test('the plan names each origin once, and what the secret is for', () => {
  const settings = readSettings(
    JSON.stringify({
      departments_url: 'HTTPS://HR.example:443/d.csv?key=1',
      people_url: 'https://hr.example/p.csv',
      authorization: 'sealed-token',
      webhook_token: '0123456789abcdef',
    }),
  );
  const { origins, secrets, eventDelivery } = planOf(settings);
  assert.deepEqual(origins, [{ origin: 'https://hr.example', optional: false }]);
  assert.deepEqual(secrets, [{ setting: '/authorization', origins: ['https://hr.example'] }]);
  assert.equal(eventDelivery, 'callbacks');
});

test('an address is asked as it is, and named without its query', () => {
  const { url, file } = readAddress('http://a.example:80/x y/花.json?k=v#top');
  assert.equal(url, 'http://a.example/x%20y/%E8%8A%B1.json?k=v');
  assert.equal(file.address, 'http://a.example/x%20y/%E8%8A%B1.json');
});

test('records are cut as a spreadsheet writes them, and lines counted as an editor does', () => {
  const records = readRecords('a,b\r\n"x ""y"",\nz",2\r\r\n\n3,"open', ',');
  assert.deepEqual(records, [
    { fields: ['a', 'b'], line: 1, quotes: 0 },
    { fields: ['x "y",\nz', '2'], line: 2, quotes: 6 },
    { fields: ['3', 'open'], line: 6, quotes: 1 },
  ]);
});

test('a row that is wrong costs itself', () => {
  const people = 'id,name,departments,mobile\n7,A,1,1.38E+10\n8,B\n9,C,1,+86 138\n9,D,1,\n10,"E,1,';
  const contents = csv('id,name,parent\n1,F,', people);
  assert.deepEqual(told(contents), [
    ['not-a-telephone-number', '2', 'mobile'],
    ['row-broken', '3', undefined],
    ['row-broken', '6', undefined],
    ['id-not-unique', '5', 'id'],
  ]);
  assert.deepEqual(contents.people, []);
});

test('a file without a column that it must have is no roster', () => {
  assert.throws(() => csv('id,name\n', 'x'), ({ kind, diagnosis }) => kind === 'protocol' && diagnosis.code === 'columns-missing');
  assert.throws(() => csv('id,name,parent,id\n', 'x'), ({ diagnosis }) => diagnosis.code === 'column-twice');
});

test('an id that this language cannot hold as a number keeps its digits', () => {
  const { departments } = json('{"departments": [{"id": 9007199254740993, "name": "Big"}], "people": []}');
  assert.equal(departments[0].id, '9007199254740993');
});

test('rows of JSON are told by line and place, and an odd one takes no other with it', () => {
  const contents = json(`{"departments": [],
    "people": [
      {"id": "a", "name": "\\ud800", "departments": []},
      {"id": "b", "name": "B", "departments": []},
      {"id": 1.5, "name": "C", "departments": []},
      ${'['.repeat(9000)}${']'.repeat(9000)}
    ]}`);
  assert.deepEqual(told(contents), [
    ['row-broken', '3', undefined],
    ['value-not-a-text', '5', 'id'],
    ['row-broken', '6', undefined],
  ]);
  assert.deepEqual(contents.people.map(({ id }) => id), ['b']);
});

test('what is no roster says why', () => {
  const code = (text) => {
    try {
      return json(text);
    } catch ({ diagnosis }) {
      return diagnosis.message;
    }
  };
  assert.match(code('id,name'), /not JSON; it begins with "id,name"/);
  assert.match(code('{"departments": [],\n"people": {}}'), /`people` is not a list at line 2/);
  assert.match(code('{"departments": []}'), /missing field `people`/);
  assert.match(code('{"departments": [], "people": []} x'), /trailing characters/);
});

test('departments come parents first, and circles are opened', () => {
  const row = (id, parent) => ({ id, name: id, parent });
  const rows = [row('c', 'b'), row('b', 'a'), row('a'), row('x', 'y'), row('y', 'x'), row('z', 'x')];
  const contents = json(JSON.stringify({ departments: rows, people: [{ id: '1', name: 'n', departments: [] }] }));
  assert.deepEqual(contents.departments.map(({ id }) => id), ['a', 'x', 'y', 'b', 'z', 'c']);
  assert.deepEqual(told(contents).map(([code]) => code), ['parent-cycle', 'parent-cycle']);
});

const TOKEN = 'a-token-of-16-ch';
const deliver = (body, { method = 'POST', token = TOKEN } = {}) =>
  receiveDelivery(
    TOKEN,
    { method, query: '', headers: [{ name: 'x-roster-token', value: token }], body: { tag: 'text', val: body } },
    () => new Uint8Array(16).fill(0xab),
  );

test('a delivery becomes events of at most a hundred objects, departments first', () => {
  const people = Array.from({ length: 150 }, (_, n) => n);
  const { status, body, events } = deliver(JSON.stringify({ id: 'd1', people: [...people, '0'], departments: ['rd'] }));
  assert.deepEqual([status, body, events.map(({ id }) => id)], [202, '{"accepted":151}', ['roster:d1:0', 'roster:d1:1']]);
  assert.deepEqual(events[0].subjects[0], { resourceType: 'Department', externalId: 'rd' });
  assert.deepEqual(keysOfEvent(events[1]).length, 51);
  assert.equal(deliver('{"people": ["7"]}').events[0].id, `${'ab'.repeat(16)}:0`);
});

test('a delivery that says nothing useful is told what is wrong', () => {
  const wrong = ['', '[]', '{}', '{"id": "", "people": ["7"]}', '{"people": "7"}', '{"people": [1.5]}', '{"people": [" "]}'];
  for (const body of [...wrong, JSON.stringify({ people: Array.from({ length: 1001 }, (_, n) => n) })]) {
    const { status, contentType, events } = deliver(body);
    assert.deepEqual([status, contentType, events], [400, 'text', []], body);
  }
  assert.equal(deliver('{}', { method: 'GET' }).status, 405);
});

test('a delivery with another token is no delivery', () => {
  const code = (call) => {
    try {
      return call();
    } catch ({ kind, diagnosis }) {
      return `${kind} ${diagnosis.code}`;
    }
  };
  assert.equal(code(() => deliver('{"people": ["7"]}', { token: 'another' })), 'other webhook-not-authentic');
  assert.equal(code(() => receiveDelivery(undefined, {}, () => [])), 'settings webhook-not-set-up');
  assert.equal(keysOfEvent({ payload: 'nonsense' }), undefined);
});

test('texts are measured, cut and ordered by UTF-8', () => {
  assert.deepEqual(['\u{1f600}', '\uff01', 'z'].sort(byBytes), ['z', '\uff01', '\u{1f600}']);
  assert.deepEqual([utf8Length('é飞😀'), clipped('飞飞飞飞', 10), clipped('ab', 2)], [9, '飞飞…', 'ab']);
  assert.deepEqual([equalInConstantTime('a', 'a'), equalInConstantTime('', 'a'), equalInConstantTime('ab', 'a')], [true, false, false]);
  assert.equal(quoted('a"\n\u200b'), '"a\\"\\n\\u{200b}"');
});
