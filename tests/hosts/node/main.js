/** A small host of the contract, for whoever writes one in JavaScript: `node main.js COMMAND …`, see README.md. */

import { parseArgs } from 'node:util';

import { call, Died } from './src/call.js';
import { NotLoaded } from './src/component.js';
import { canonical } from './src/documents.js';
import { follow } from './src/follow.js';
import { CALL_MS, MAX } from './src/limits.js';
import { makeRun } from './src/run.js';
import { Online } from './src/session.js';
import { Misconfigured, Source, Unprepared } from './src/source.js';
import { Lock, Store } from './src/store.js';
import { shown } from './src/words.js';

const OPTIONS = {
  connector: { type: 'string' },
  source: { type: 'string' },
  data: { type: 'string' },
  key: { type: 'string', multiple: true, default: [] },
  listen: { type: 'string', default: '127.0.0.1:0' },
};

const COMMANDS = { describe, check, sync, refresh, follow: followSource, export: exportDocuments };

/** One JSON value a line. */
function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Somebody asks this program to end. */
function stopSignal() {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => stop.abort());
  return stop.signal;
}

async function describe(source) {
  const { settingsSchema, ...descriptor } = source.descriptor;
  say({ descriptor: { ...shown(descriptor), settings_schema: JSON.parse(settingsSchema) } });
  try {
    await source.prepare();
    say({ plan: shown(source.plan) });
  } catch (error) {
    if (!(error instanceof Unprepared)) throw error;
    say({ problems: shown(problemsOf(error)) });
  }
}

function problemsOf(error) {
  return 0 < error.problems.length ? error.problems : [error.failure.diagnosis];
}

async function check(source) {
  try {
    await source.prepare();
    const { settings, seals, reader } = source.sealed();
    const session = new Online(source, reader, seals, stopSignal());
    const findings = await call(source.component, 'check', [settings], session, CALL_MS.check);
    const told = findings.slice(0, MAX.findings).map((one) => ({
      check: reader.text(one.check, MAX.code),
      status: one.status,
      diagnosis: shown(reader.diagnosis(one.diagnosis)),
    }));
    say({ findings: told });
  } catch (error) {
    if (!(error instanceof Unprepared) && !(error instanceof Died)) throw error;
    const name = error instanceof Died ? 'connector' : 'settings';
    const problems = error instanceof Died ? [error.failure.diagnosis] : problemsOf(error);
    say({ findings: problems.map((problem) => ({ check: name, status: 'failed', diagnosis: shown(problem) })) });
  }
}

async function sync(source) {
  const { report } = await makeRun(source, {
    ...{ kind: 'full', cause: 'manual', exported: 'sync', args: [undefined] },
    ...{ isAttended: true, signal: stopSignal() },
  });
  say({ run: report });
}

async function refresh(source, { key }) {
  const keys = key.map((text) => {
    const [, resourceType, externalId] = /^([^:]+):(.+)$/s.exec(text) ?? [];
    if (externalId === undefined) throw new Misconfigured(`"${text}" is no key, such as User:7`);
    return { resourceType, externalId };
  });
  if (keys.length === 0 || MAX.keys < keys.length) throw new Misconfigured('give 1 to 1000 keys, each by --key');
  const { report } = await makeRun(source, {
    ...{ kind: 'refresh', cause: 'manual', exported: 'refresh', args: [keys] },
    ...{ isAttended: true, signal: stopSignal() },
  });
  say({ run: report });
}

async function followSource(source, { listen, data }) {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, stopSignal()]);
  // Whoever started this program has gone away when its input closes.
  process.stdin.on('end', () => stop.abort()).resume();
  await follow(source, { listen, data, signal, say });
}

/** Every document as it is held: departments parents first, then people by external id. */
function exportDocuments(source) {
  const departments = source.store.documents('Department');
  const parents = new Map(departments.map(({ id, document }) => [id, document.parent?.value]));
  const depth = (id, seen = new Set()) => {
    const parent = parents.get(id);
    return seen.has(id) || !parents.has(parent) ? 0 : 1 + depth(parent, seen.add(id));
  };
  const byDepth = departments.map((one) => ({ ...one, depth: depth(one.id) })).sort((a, b) => a.depth - b.depth);
  for (const { document } of [...byDepth, ...source.store.documents('User')]) process.stdout.write(`${canonical(document)}\n`);
}

async function main() {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [name, ...rest] = positionals;
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (command === undefined || 0 < rest.length) throw new Misconfigured(`give one of ${Object.keys(COMMANDS).join(', ')}`);
  for (const option of ['connector', 'source', 'data']) {
    if (values[option] === undefined) throw new Misconfigured(`--${option} is missing`);
  }
  const source = await Source.load(values.connector, values.source);
  const isRun = ['sync', 'refresh', 'follow'].includes(name);
  // One of sync, refresh and handle runs for a source at a time, whichever process wants to.
  const lock = isRun ? Lock.take(values.data, source.name) : undefined;
  if (isRun && lock === undefined) throw new Misconfigured('another process imports this source');
  const store = new Store(values.data, source.name);
  source.keepIn(store);
  try {
    await command(source, values);
  } finally {
    store.close();
    lock?.free();
  }
}

try {
  await main();
} catch (error) {
  const isWrong = [Misconfigured, NotLoaded, Died].some((kind) => error instanceof kind) || error.code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isWrong ? error.message : error.stack}\n`);
  process.exitCode = isWrong ? 2 : 1;
}
// A connection that is kept for the next request would hold the process. What was said is first to be out.
process.stdout.write('', () => process.exit());
