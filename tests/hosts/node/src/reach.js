/** Which function of a connector may use what of its host: `wit/README.md`, "Which function may use what". */

const WORK = ['tasks', 'http-client', 'storage'];

const REACH = {
  describe: [],
  validate: [],
  receive: [],
  frame: [],
  check: WORK,
  fetchEvents: WORK,
  openChannel: WORK,
  refresh: [...WORK, 'history', 'directory'],
  handle: [...WORK, 'history', 'directory'],
  sync: [...WORK, 'history', 'directory', 'reading'],
};

const FOR_A_FULL_READING = ['closeReading', 'removeMissing', 'saveCheckpoint'];

/** Whether an export may call this function of an interface. `host` is everybody's. */
export function mayCall(exported, name, fn) {
  const capability = FOR_A_FULL_READING.includes(fn) ? 'reading' : name;
  return capability === 'host' || REACH[exported].includes(capability);
}

/** Where each function of a connector is. */
export const INTERFACE = Object.fromEntries(
  Object.keys(REACH).map((name) => [
    name,
    ['receive', 'frame', 'handle', 'fetchEvents', 'openChannel'].includes(name) ? 'events' : 'identitySource',
  ]),
);
