/** The connector's settings: reading them with all problems at once, and what they need. Offline and pure. */

import { readAddress } from './addresses.js';
import { SCHEMA } from './schema.js';
import { byBytes, trimmed } from './kit/text.js';
import { diagnosis, failure, quoted } from './kit/words.js';

const NAMES = Object.keys(SCHEMA.properties);
const DELIMITERS = [',', ';', '|', '\t'];

/** Characters of the token that deliveries carry. Why: 16 random ones have 95 bits; 256 pass every server and proxy. */
const TOKEN = /^[!-~]{16,256}$/;

/**
 * Read the settings: `{json, csv, authorization, webhookToken}`, `json` being an address and `csv` two of them with a
 * delimiter. Throws `{problems}`, every wrong setting.
 */
export function readSettings(text) {
  const reader = new Reader(text);
  const source = reader.source();
  // It is sealed: what stands there is a token, and what is wrong with the secret only the host can say.
  const authorization = reader.text('authorization');
  const webhookToken = reader.text('webhook_token');
  if (webhookToken !== undefined && !TOKEN.test(webhookToken)) reader.problem('webhook_token', ...NOT_A_TOKEN);
  if (0 < reader.problems.length) throw { problems: reader.problems };
  return { ...source, authorization, webhookToken };
}

/** The same; wrong ones are a failure. */
export function mustReadSettings(text) {
  try {
    return readSettings(text);
  } catch (error) {
    if (!error.problems) throw error;
    const [first, ...others] = error.problems;
    const facts = others.map(({ setting }) => ({ name: 'setting', value: setting }));
    throw failure('settings', { ...first, facts: [...first.facts, ...facts] });
  }
}

/** What these settings will need: their origins, each of which gets the authorization, and how changes are told. */
export function planOf(settings) {
  const origins = [...new Set(addressesOf(settings).map(({ origin }) => origin))].sort(byBytes);
  return {
    origins: origins.map((origin) => ({ origin, optional: false })),
    limits: [],
    secrets: settings.authorization === undefined ? [] : [{ setting: '/authorization', origins }],
    eventDelivery: settings.webhookToken === undefined ? 'none' : 'callbacks',
    pollIntervalMs: undefined,
    exclusive: [],
  };
}

/** Whether the secret would cross the network unencrypted. */
export function exposesAuthorization(settings) {
  return settings.authorization !== undefined && addressesOf(settings).some(({ isEncrypted }) => !isEncrypted);
}

function addressesOf({ json, csv }) {
  return json ? [json] : [csv.departments, csv.people];
}

/** Reads settings one by one and gathers what is wrong. */
class Reader {
  #settings;
  problems = [];

  constructor(text) {
    this.#settings = parsed(text);
    if (this.#settings === undefined) throw { problems: [diagnosis(...NOT_AN_OBJECT, { setting: '' })] };
    const unknown = Object.keys(this.#settings).filter((name) => !NAMES.includes(name));
    for (const name of unknown.sort(byBytes)) {
      const shown = quoted(name);
      this.problem(name, 'unknown-setting', `setting ${shown} is not known`, `未知的配置项 ${shown}`, {
        remedy: [`the settings are ${NAMES.join(', ')}`, `可用的配置项：${NAMES.join('、')}`],
      });
    }
  }

  /** Where the roster is. A problem is told where there is none, or two. */
  source() {
    const [json, departments, people] = ['url', 'departments_url', 'people_url'].map((name) => this.#address(name));
    const delimiter = this.#delimiter();
    const [hasJson, hasDepartments, hasPeople] = [json, departments, people].map((given) => given !== undefined);
    if (hasJson && (hasDepartments || hasPeople)) {
      this.problem('url', ...TWO_FORMATS);
    } else if (hasDepartments !== hasPeople) {
      this.#otherHalf(...(hasPeople ? ['departments_url', 'people_url'] : ['people_url', 'departments_url']));
    } else if (!hasJson && !hasDepartments) {
      this.problem('url', ...NO_ADDRESS);
    }
    return hasJson ? { json } : { csv: { departments, people, delimiter } };
  }

  /** The text of a setting; forms send an empty one for nothing. */
  text(name) {
    const value = this.#settings[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') {
      this.problem(name, 'setting-not-a-text', `setting \`${name}\` must be a text`, `配置项 ${name} 必须是文本`);
      return undefined;
    }
    return trimmed(value) || undefined;
  }

  problem(name, code, en, zh, more) {
    const setting = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    this.problems.push(diagnosis(code, en, zh, { ...more, setting }));
  }

  /** The address of a setting; nothing where none is given, and `null` where it is wrong. */
  #address(name) {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const address = readAddress(text);
    if (address !== undefined && !address.hasPassword) return address;
    this.problem(name, ...(address?.hasPassword ? PASSWORD_IN_ADDRESS : NOT_AN_ADDRESS));
    return null;
  }

  #delimiter() {
    // Not `text`: a tab is white space.
    const given = this.#settings.delimiter ?? '';
    if (given === '') return ',';
    if (DELIMITERS.includes(given)) return given;
    this.problem('delimiter', ...NOT_A_DELIMITER);
    return undefined;
  }

  #otherHalf(missing, given) {
    const [en, zh] = [`\`${given}\` is set and \`${missing}\` is not`, `已填写 ${given}，但没有填写 ${missing}`];
    const remedy = ['a CSV roster is two files; set both', 'CSV 花名册由两个文件组成，请同时填写'];
    this.problem(missing, 'half-a-pair', en, zh, { remedy });
  }
}

function parsed(text) {
  try {
    const settings = JSON.parse(text);
    return settings !== null && typeof settings === 'object' && !Array.isArray(settings) ? settings : undefined;
  } catch {
    return undefined;
  }
}

const NOT_AN_OBJECT = ['settings-not-an-object', 'the settings are not a JSON object', '配置不是一个 JSON 对象'];

// The value is not repeated: someone may have pasted a secret.
const NOT_AN_ADDRESS = [
  'not-an-address',
  'this is not an address that begins with https:// or http://',
  '这不是以 https:// 或 http:// 开头的地址',
  {
    remedy: [
      'enter the whole address, such as https://example.com/roster.json',
      '请填写完整地址，例如 https://example.com/roster.json',
    ],
  },
];

const PASSWORD_IN_ADDRESS = [
  'password-in-address',
  'the address holds a user name or password',
  '地址中包含用户名或密码',
  {
    remedy: [
      "leave it out of the address and put the header's value, such as `Basic …`, into `authorization`",
      '请从地址中去掉，并把请求头的值（例如 Basic …）填入 authorization',
    ],
  },
];

const NO_ADDRESS = [
  'no-address',
  'no address of a roster is set',
  '没有填写花名册的地址',
  {
    remedy: [
      'set `url` for a JSON roster, or `departments_url` and `people_url` for CSV files',
      'JSON 花名册请填写 url；CSV 文件请同时填写 departments_url 和 people_url',
    ],
  },
];

const TWO_FORMATS = [
  'two-formats',
  '`url` is for a JSON roster, `departments_url` and `people_url` are for CSV files; both are set',
  'url 用于 JSON 花名册，departments_url 和 people_url 用于 CSV 文件，两者不能同时填写',
  { remedy: ['clear one of them', '请清空其中一种'] },
];

const NOT_A_DELIMITER = [
  'not-a-delimiter',
  'the delimiter must be a comma, a semicolon, a vertical bar or a tab',
  '分隔符必须是逗号、分号、竖线或制表符',
];

const NOT_A_TOKEN = [
  'not-a-token',
  '`webhook_token` must have 16 to 256 characters: letters, digits and signs of ASCII without blanks',
  'webhook_token 必须为 16 到 256 个字符，只含 ASCII 字母、数字和符号，不含空格',
  {
    remedy: [
      'make a random one, for example by `openssl rand -hex 32`',
      '请随机生成，例如使用 openssl rand -hex 32',
    ],
  },
];
