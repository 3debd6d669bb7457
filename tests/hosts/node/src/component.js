/** A connector's file: judged by what it asks for before any of it is compiled, then made into what a worker runs. */

import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';

import { transpileBytes } from '@bytecodealliance/jco-transpile';
import { componentWit } from '@bytecodealliance/jco-transpile/wasm-tools';

import { MAX_COMPONENT_BYTES, MAX_MEMORIES, MAX_MEMORY_BYTES } from './limits.js';

// V8 hides JSPI behind a flag until Node 25. Workers that are started later have it.
setFlagsFromString('--experimental-wasm-jspi');

const PACKAGE = 'rollcall:connector';
const VERSION = '0.1.0';
const CAPABILITIES = ['model', 'host', 'tasks', 'http-client', 'storage', 'directory', 'history'];

/** Imports behind which a connector waits, and exports that may wait: `wit/README.md`, "What may wait". */
const WAITING_IMPORTS = {
  tasks: ['wait'],
  directory: [
    ...['list-inventory', 'find-inventory', 'take-applied', 'open-reading', 'close-reading', 'remove-missing'],
    ...['propose-clearings', 'save-checkpoint'],
  ],
  storage: ['get', 'write', 'scan'],
  history: ['record-entries'],
};
const WAITING_EXPORTS = {
  'identity-source': ['check', 'sync', 'refresh'],
  events: ['handle', 'fetch-events', 'open-channel'],
};

/** Why a file is not loaded. */
export class NotLoaded extends Error {}

/** What a worker needs to run a connector: `{source, modules, hasEvents}`. Throws {@link NotLoaded}. */
export async function loadComponent(path) {
  const bytes = await readFile(path).catch((error) => {
    throw new NotLoaded(`the connector cannot be read: ${error.message}`);
  });
  if (MAX_COMPONENT_BYTES < bytes.length) throw new NotLoaded('the connector is larger than 64 MiB');
  const exported = await judge(bytes);
  const { files } = await transpileBytes(bytes, {
    name: 'connector',
    // Nothing of WASI is there, closed or not: a component that asks for it was refused.
    instantiation: 'async',
    asyncMode: 'jspi',
    asyncImports: functions(WAITING_IMPORTS),
    asyncExports: functions(WAITING_EXPORTS),
    emitTypescriptDeclarations: false,
  });
  const modules = {};
  let memories = 0;
  for (const [name, file] of Object.entries(files).filter(([name]) => name.endsWith('.wasm'))) {
    const bounded = boundMemories(file);
    memories += bounded.memories;
    modules[name] = await WebAssembly.compile(bounded.bytes);
  }
  if (MAX_MEMORIES < memories) throw new NotLoaded(`the connector has ${memories} memories, more than ${MAX_MEMORIES}`);
  const source = Buffer.from(files['connector.js']).toString();
  return { source, modules, hasEvents: exported.includes('events') };
}

function functions(interfaces) {
  return Object.entries(interfaces).flatMap(([name, all]) => all.map((one) => `${PACKAGE}/${name}@${VERSION}#${one}`));
}

/** What it exports of the contract. Throws where it asks for more than the contract, or is no connector. */
async function judge(bytes) {
  const wit = await componentWit(bytes).catch((error) => {
    throw new NotLoaded(`the file is no component: ${String(error).split('\n', 1)[0]}`);
  });
  const [, world] = /^world root \{\n(.*?)^\}/ms.exec(wit) ?? [];
  const named = (word) => [...(world ?? '').matchAll(new RegExp(`^ {2}${word} ([^;{]+)`, 'gm'))].map(([, name]) => name.trim());
  const ours = new RegExp(`^${PACKAGE}/([a-z-]+)@${VERSION.replaceAll('.', '\\.')}$`);
  for (const name of named('import')) {
    const [, capability] = ours.exec(name) ?? [];
    if (CAPABILITIES.includes(capability)) continue;
    const remedy = name.startsWith('wasi:') ? '; close it off by `rollcall connector seal`' : '';
    throw new NotLoaded(`the connector asks for ${name}, which no connector is given here${remedy}`);
  }
  const exported = named('export').flatMap((name) => ours.exec(name)?.[1] ?? []);
  if (!exported.includes('identity-source')) throw new NotLoaded(`the file does not export ${PACKAGE}/identity-source`);
  return exported;
}

const PAGE_BYTES = 64 << 10;
const MEMORY_SECTION = 5;

/** The same module, each memory of which grows to {@link MAX_MEMORY_BYTES} at most: V8 itself bounds none. */
export function boundMemories(bytes) {
  const reader = new Reader(bytes);
  const parts = [reader.take(8)];
  let memories = 0;
  while (!reader.isAtEnd) {
    const id = reader.take(1);
    const content = reader.take(reader.number());
    if (id[0] !== MEMORY_SECTION) {
      parts.push(id, leb(content.length), content);
      continue;
    }
    const bounded = boundedMemories(content);
    memories += bounded.memories;
    parts.push(id, leb(bounded.content.length), bounded.content);
  }
  return { bytes: Buffer.concat(parts), memories };
}

/** Source: the core specification, "Memory Section" and "Limits". */
function boundedMemories(content) {
  const reader = new Reader(content);
  const memories = reader.number();
  const parts = [leb(memories)];
  for (let n = 0; n < memories; n += 1) {
    const [flags] = reader.take(1);
    if (1 < flags) throw new NotLoaded('the connector has a memory that is shared or of 64 bits');
    const [least, most] = [reader.number(), flags === 1 ? reader.number() : Infinity];
    const bound = Math.min(most, MAX_MEMORY_BYTES / PAGE_BYTES);
    if (bound < least) throw new NotLoaded('the connector asks for more memory than it may have');
    parts.push(Buffer.from([1]), leb(least), leb(bound));
  }
  return { content: Buffer.concat(parts), memories };
}

class Reader {
  #bytes;
  #place = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get isAtEnd() {
    return this.#bytes.length <= this.#place;
  }

  take(length) {
    this.#place += length;
    return this.#bytes.subarray(this.#place - length, this.#place);
  }

  /** A number in LEB128. */
  number() {
    for (let [number, factor] = [0, 1]; ; factor *= 128) {
      const [byte] = this.take(1);
      if (byte === undefined) throw new NotLoaded('the connector is cut short');
      number += (byte & 127) * factor;
      if (byte < 128) return number;
    }
  }
}

function leb(number) {
  const bytes = [];
  let rest = number;
  do {
    bytes.push((rest % 128) | (128 <= rest ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (0 < rest);
  return Buffer.from(bytes);
}
