/** One configured source: its connector, its settings with the secrets kept apart, its way out, and what is kept of it. */

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { call, ContractError, Died } from './call.js';
import { loadComponent } from './component.js';
import { isObject } from './documents.js';
import { Egress } from './egress.js';
import { readNotation } from './identity.js';
import { CALL_MS, MAX, MIN_POLL_MS } from './limits.js';
import { isSealed, seal, secretsIn, tokenOf, unfit } from './sealed.js';
import { DurableArea, MemoryArea, Offline } from './session.js';
import { byteLength, diagnosis, failure, Reader } from './words.js';

/** The command line or a file is wrong. */
export class Misconfigured extends Error {}

/** Why a connector is not called: `failure`, and the `problems` of the settings where these are why. */
export class Unprepared extends Error {
  constructor(why, problems = []) {
    super(why.diagnosis.message);
    Object.assign(this, { failure: why, problems });
  }
}

export class Source {
  memory = new MemoryArea();

  /** Read `SOURCE.json`, load the connector and hear who it is. */
  static async load(connectorPath, sourcePath) {
    const source = new Source();
    const { name, settings, egress = {} } = await readJson(sourcePath);
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new Misconfigured('`name` must be 1 to 64 letters, digits and hyphens');
    if (!isObject(settings)) throw new Misconfigured('`settings` must be an object');
    Object.assign(source, { name, settings, allow: egress.allow?.map(originOf), proxy: proxyOf(egress.proxy) });
    source.ca = egress.ca_file === undefined ? undefined : await readText(egress.ca_file);
    source.component = await loadComponent(connectorPath);
    const session = new Offline(source, new Reader([]));
    source.descriptor = checkDescriptor(await call(source.component, 'describe', [], session, CALL_MS.offline));
    source.schema = JSON.parse(source.descriptor.settingsSchema);
    return source;
  }

  /** What is kept of it. */
  keepIn(store) {
    this.store = store;
    this.durable = new DurableArea(store);
  }

  get types() {
    return this.descriptor.resourceTypes.map(({ name }) => name);
  }

  get identityPaths() {
    const withPath = this.descriptor.resourceTypes.filter(({ identityAttribute }) => identityAttribute != null);
    return Object.fromEntries(withPath.map(({ name, identityAttribute }) => [name, readNotation(identityAttribute)]));
  }

  /** For one call: the settings that the connector sees, what its tokens stand for, and a reader that strikes both out. */
  sealed() {
    const { settings, sealed } = seal(this.schema, this.settings, () => tokenOf(randomBytes(16)));
    const originsOf = (setting) => this.plan?.secrets.find((used) => used.setting === setting)?.origins ?? [];
    const seals = sealed.map((one) => ({ ...one, origins: originsOf(one.setting).map(originOf) }));
    const secrets = [...secretsIn(this.schema, this.settings), ...seals.map(({ token }) => token)];
    const password = this.proxy?.password ? [decodeURIComponent(this.proxy.password)] : [];
    return { settings: JSON.stringify(settings), seals, reader: new Reader([...secrets, ...password]) };
  }

  /** Validate the settings, decide the grants, and keep the plan's rate limits from now on. Throws {@link Unprepared}. */
  async prepare() {
    if (this.egress) return;
    const { settings, reader } = this.sealed();
    this.plan = await this.#validated(settings, reader);
    const refused = this.plan.origins.flatMap(({ origin, optional }) => this.#notGranted(origin, optional));
    if (0 < refused.length) throw new Unprepared(failure('settings', refused[0]), refused);
    const grants = this.allow ?? this.plan.origins.map(({ origin }) => origin).filter((origin) => origin.startsWith('https:'));
    this.egress = new Egress({ proxy: this.proxy, ca: this.ca, grants: new Set(grants.map(originOf)) });
    this.egress.limit(this.plan.limits);
  }

  async #validated(settings, reader) {
    const own = unfit(this.schema, this.settings).map(secretProblem);
    try {
      const plan = await call(this.component, 'validate', [settings], new Offline(this, reader), CALL_MS.offline);
      if (own.length === 0) return checkPlan(plan, this.schema, reader);
      throw new Unprepared(failure('settings', own[0]), own);
    } catch (error) {
      if (error instanceof Died) throw new Unprepared(error.failure);
      if (!(error instanceof ContractError)) throw error;
      // Where both have a problem with a setting, the host's takes its place: it has seen what the connector could not.
      const theirs = error.value.problems.slice(0, MAX.problems).map((problem) => reader.diagnosis(problem));
      const problems = [...theirs.filter(({ setting }) => !own.some((one) => one.setting === setting)), ...own];
      throw new Unprepared(failure('settings', problems[0] ?? NO_PROBLEM), problems);
    }
  }

  /** Why an origin of the plan is not granted. An origin without encryption is granted only by name. */
  #notGranted(text, isOptional) {
    const origin = URL.parse(text)?.origin;
    if (origin !== text) return [diagnosis('origin-not-granted', `the connector asks for an invalid origin: ${text}`)];
    const isGranted = this.allow ? this.allow.includes(origin) : origin.startsWith('https:');
    if (isGranted || isOptional) return [];
    const why = `origin "${origin}" is needed by these settings and not in the source's \`allow\` list`;
    return [diagnosis('origin-not-granted', why, { facts: { origin } })];
  }
}

const NO_PROBLEM = diagnosis('settings-invalid', 'the settings are not valid');

const SECRET_WORDS = {
  'secret-empty': 'is missing',
  'secret-not-a-text': 'must be a text',
  'secret-has-blanks': 'contains white space or an invisible character',
  'secret-too-long': 'is too long',
};

function secretProblem({ setting, code }) {
  return { ...diagnosis(code, `setting "${setting.slice(1)}" ${SECRET_WORDS[code]}`), setting };
}

function broke(what) {
  return new Died('connector-broke-contract', `it broke the contract: ${what}`);
}

/** A descriptor that keeps the contract. */
function checkDescriptor(descriptor) {
  const { id, name, version, settingsSchema, resourceTypes } = descriptor;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id) || MAX.resourceTypeName < id.length) throw broke('its id must be kebab-case');
  if ([name, version].some((text) => text === '' || MAX.subjectName < byteLength(text))) throw broke('its name or version');
  if (MAX.settingsSchema < byteLength(settingsSchema)) throw broke('its settings schema is larger than 256 KiB');
  if (!isObject(parsed(settingsSchema))) throw broke('its settings schema must be a json object');
  const names = new Set(resourceTypes.map((type) => type.name));
  const areNames = [...names].every((type) => /^[A-Za-z0-9]{1,64}$/.test(type));
  if (names.size === 0 || MAX.resourceTypes < names.size || names.size !== resourceTypes.length || !areNames) {
    throw broke('it must name 1 to 16 different resource types');
  }
  const isOdd = ({ identityAttribute }) => identityAttribute != null && readNotation(identityAttribute) === undefined;
  if (resourceTypes.some(isOdd)) throw broke('an identity attribute is none');
  return descriptor;
}

/** A plan that keeps the contract, for settings of this schema. */
function checkPlan(plan, schema, reader) {
  const { origins, limits, secrets, pollIntervalMs, exclusive } = plan;
  if ([origins, limits, secrets].some((list) => MAX.planItems < list.length)) throw broke('its plan has more than 64 of a kind');
  for (const { setting, origins: targets } of secrets) {
    if (!isSealed(schema, setting)) throw broke('its plan sends a setting that is no sealed secret');
    const isPlanned = (target) => origins.some(({ origin }) => origin === target);
    if (!targets.every(isPlanned)) throw broke('its plan sends a secret to what is none of its origins');
  }
  if (pollIntervalMs != null && pollIntervalMs < MIN_POLL_MS) throw broke('it wants to be asked more often than every second');
  const isExclusive = (text) => byteLength(text) <= MAX.exclusiveText && !reader.hasSecret(text);
  if (MAX.exclusive < exclusive.length || !exclusive.every(isExclusive)) throw broke('what it may not share is too much');
  const isLimit = ({ requests, windowMs }) => 1 <= requests && 1 <= windowMs && windowMs <= MAX.rateWindowMs;
  if (!limits.every(isLimit)) throw broke('a rate limit must be at least 1 request in 1 ms to 1 h');
  return plan;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readText(path) {
  return readFile(path, 'utf8').catch((error) => {
    throw new Misconfigured(error.message);
  });
}

async function readJson(path) {
  const value = parsed(await readText(path));
  if (!isObject(value)) throw new Misconfigured(`${path} must be a JSON object`);
  return value;
}

/** Scheme, host and port, as a URL writes them. */
function originOf(text) {
  const origin = URL.parse(text)?.origin;
  if (origin === undefined || origin === 'null') throw new Misconfigured(`"${text}" is no origin`);
  return origin;
}

function proxyOf(text) {
  if (text === undefined || text === null) return undefined;
  const url = URL.parse(text);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw new Misconfigured('`proxy` must begin with http:// or https://');
  return url;
}
