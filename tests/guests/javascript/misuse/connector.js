/** What a connector must not do, in JavaScript: `sync` does what the settings say, and `check` looks for what is around it. */

import { nowMs } from 'rollcall:connector/host@0.1.0';

const MISUSES = {
  throw() {
    throw new Error('the roster is upside down 花名册');
  },
  loop() {
    for (;;);
  },
  memory() {
    const hoard = [];
    for (;;) hoard.push(new Uint8Array(1 << 20).fill(1));
  },
  recursion() {
    return 1 + MISUSES.recursion();
  },
};

const AROUND = {
  fetch: () => typeof fetch === 'function',
  require: () => typeof require === 'function',
  process: () => typeof process === 'object' && Object.keys(process.env ?? {}).length !== 0,
  std: () => typeof std === 'object' && std.getenviron !== undefined && Object.keys(std.getenviron()).length !== 0,
  os: () => typeof os === 'object' && os.readdir !== undefined && os.readdir('/')[0].length !== 0,
  'other-clock': () => 2000 < Math.abs(Date.now() - Number(nowMs())),
};

function finding([name, look]) {
  let isGot = false;
  try {
    isGot = look();
  } catch {
    // Nothing is there.
  }
  const message = isGot ? 'there is something' : 'there is nothing';
  const diagnosis = { code: 'around', message, remedy: undefined, translations: [], facts: [], setting: undefined };
  return { check: name, status: isGot ? 'failed' : 'passed', diagnosis };
}

const nothingRead = () => ({ read: 0, unchanged: 0, skipped: 0, complete: true, incompleteReason: undefined });

export const identitySource = {
  describe: () => ({
    id: 'misuse-javascript',
    name: 'Misuse, in JavaScript',
    names: [],
    version: '0.1.0',
    settingsSchema: '{"type":"object","properties":{"misuse":{"type":"string"}}}',
    resourceTypes: ['Department', 'User'].map((name) => ({ name, identityAttribute: undefined })),
  }),
  validate: () => ({
    origins: [],
    limits: [],
    secrets: [],
    eventDelivery: 'none',
    pollIntervalMs: undefined,
    exclusive: [],
  }),
  check: () => Object.entries(AROUND).map(finding),
  sync(settings) {
    const { misuse } = JSON.parse(settings);
    if (misuse !== undefined) MISUSES[misuse]();
    return nothingRead();
  },
  refresh: nothingRead,
};
