/** Getting one file of a roster: the request, what its status means, and whether its body can be a roster at all. */

import { aboutFile } from './places.js';
import { isSameOrigin, readAddress } from './addresses.js';
import { failure } from './kit/words.js';

/** Milliseconds that a roster may take to arrive. Why: the reference host's largest response over a line of 2 Mbit/s. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Redirects that are followed for one file. Why: an export moves once or twice; more is a circle. */
const MAX_REDIRECTS = 5;

/** Statuses by which a server says that a file is elsewhere. Source: RFC 9110, section 15.4. */
const ELSEWHERE = [301, 302, 303, 307, 308];

/** Get a file, trying again while that can help: `{file, text}`, the text without a byte order mark. Throws a failure. */
export function* fetchFile(call, address, authorization) {
  const { file, url } = address;
  const headers = [{ name: 'accept', value: 'application/json, text/csv, text/plain;q=0.9, */*;q=0.1' }];
  if (authorization !== undefined) headers.push({ name: 'authorization', value: authorization });
  const request = {
    method: 'GET',
    url,
    headers,
    body: { tag: 'text', val: '' },
    bucket: undefined,
    timeoutMs: REQUEST_TIMEOUT_MS,
  };
  const body = yield* call.retry(function* (attempt) {
    const { response, fault } = yield* getFollowing(call, request);
    if (fault) return unanswered(call, fault, attempt);
    // The plan has no limits: nothing is asked often enough. The host counts it all the same.
    if (response.status === 429) call.http.throttled(undefined, 0);
    return judge(file, response);
  });
  return { file, text: readText(file, body) };
}

/**
 * Send a GET, and send it again where it is redirected to: a host hands a redirect over like any other response. What
 * authorises goes to no other origin.
 */
function* getFollowing(call, first) {
  let request = first;
  for (let redirects = 0; ; redirects += 1) {
    const answer = yield* call.request(request);
    const url = answer.response && redirects < MAX_REDIRECTS ? target(request.url, answer.response) : undefined;
    if (url === undefined) return answer;
    const isKept = ({ name }) => isSameOrigin(request.url, url) || name !== 'authorization';
    request = { ...request, url, headers: request.headers.filter(isKept) };
  }
}

/** Where a response sends its reader, as an absolute address; nothing where it makes no sense. */
function target(from, { status, headers }) {
  const location = headers.find(({ name }) => name === 'location')?.value.split('#')[0];
  if (!ELSEWHERE.includes(status) || location === undefined) return undefined;
  const [, scheme, authority, path] = /^([^:]+):\/\/([^/?#]*)([^?#]*)/.exec(from);
  const absolute = () => {
    if (/^https?:\/\//.test(location)) return location;
    if (location.startsWith('//')) return `${scheme}:${location}`;
    if (location.startsWith('/')) return `${scheme}://${authority}${location}`;
    return `${scheme}://${authority}${path.slice(0, path.lastIndexOf('/') + 1) || '/'}${location}`;
  };
  const url = absolute();
  return readAddress(url) === undefined ? undefined : url;
}

/** What an answer means. A GET changes nothing, so whatever passes may be tried again. */
function judge(file, response) {
  const { status } = response;
  if (status === 200) return { done: response.body };
  if (status === 401 || status === 403) return { stop: failure('permission', refused(file, status)) };
  // It may be about to be replaced, and events that wait for it go on by themselves; 410 says that it is gone for good.
  if (status === 404) return { stop: failure('unavailable', notFound(file, status)) };
  if (status === 410) return { stop: failure('settings', notFound(file, status)) };
  if ([408, 425, 429].includes(status) || (500 <= status && status <= 599)) {
    const waitMs = retryAfterMs(response);
    return { again: failure('unavailable', busy(file, status), waitMs), waitMs };
  }
  return { stop: failure('settings', unexpected(file, status)) };
}

/** What is left to do without an answer. */
function unanswered(call, { kind, diagnosis: why }, attempt) {
  const isAboutTheWay = kind === 'proxy-unreachable' || kind === 'untrusted';
  // Once more, for a proxy that is just being started.
  if (isAboutTheWay && !call.wasAnswered && 0 < attempt) return { stop: failure('unavailable', why) };
  // Trying again with the same password may lock the proxy's account.
  if (['proxy-refused', 'denied', 'too-large', 'cancelled', 'other'].includes(kind)) return { stop: failure('host', why) };
  return { again: failure('unavailable', why) };
}

/** `Retry-After` in seconds. Its other form, a date, is left to the usual back-off. */
function retryAfterMs({ headers }) {
  const value = headers.find(({ name }) => name === 'retry-after')?.value.trim();
  return value !== undefined && /^[0-9]{1,6}$/.test(value) ? Number(value) * 1_000 : undefined;
}

/** The text of a body that can be a roster. */
function readText(file, body) {
  // Whatever is UTF-8 comes as text.
  if (body.tag === 'bytes') throw failure('protocol', notUtf8(file, 1 + soundLineEnds(body.val)));
  const text = body.val.replace(/^\ufeff/, '');
  const start = text.trimStart();
  if (start === '') throw failure('protocol', empty(file));
  if (start.startsWith('<')) throw failure('protocol', webPage(file));
  return text;
}

/** How many lines end before the first bytes that are not UTF-8 (RFC 3629, section 4). */
function soundLineEnds(bytes) {
  let lines = 0;
  for (let place = 0; place < bytes.length; ) {
    const [first, second] = [bytes[place], bytes[place + 1]];
    const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    const least = { 0xe0: 0xa0, 0xf0: 0x90 }[first] ?? 0x80;
    const most = { 0xed: 0x9f, 0xf4: 0x8f }[first] ?? 0xbf;
    const rest = bytes.slice(place + 1, place + length);
    const isSound =
      length === 1 ||
      (0 < length && rest.length === length - 1 && least <= second && second <= most && rest.every(isContinuation));
    if (!isSound) break;
    if (first === 0x0a) lines += 1;
    place += length;
  }
  return lines;
}

function isContinuation(byte) {
  return 0x80 <= byte && byte < 0xc0;
}

function ofStatus(file, status, code, [en, zh], remedy) {
  const words = [`${en} (status ${status})`, `${zh}（状态码 ${status}）`];
  return aboutFile(file, code, words, { remedy, facts: [['status', String(status)]] });
}

function refused(file, status) {
  return ofStatus(file, status, 'roster-refused', ['the server refuses to hand it out', '服务器拒绝提供该文件'], [
    'check `authorization`, and whether the server allows the address that requests come from',
    '请检查 authorization，以及服务器是否允许本方出口 IP 访问',
  ]);
}

function notFound(file, status) {
  const remedy = [
    'check the address, and whether the export has put the file there',
    '请检查地址，以及导出程序是否已把文件放到该处',
  ];
  return ofStatus(file, status, 'roster-not-found', ['there is no such file', '文件不存在'], remedy);
}

function busy(file, status) {
  const remedy = ['try again later', '请稍后重试'];
  return ofStatus(file, status, 'server-unavailable', ['the server cannot answer now', '服务器暂时无法响应'], remedy);
}

function unexpected(file, status) {
  return ofStatus(file, status, 'unexpected-status', ['the server answers without a file', '服务器没有返回文件'], [
    'open the address in a browser and check it',
    '请在浏览器中打开该地址进行检查',
  ]);
}

function empty(file) {
  return aboutFile(file, 'roster-empty', ['the file is empty', '文件是空的'], {
    remedy: [
      'check the export; an empty file is never taken for an empty organisation',
      '请检查导出结果；空文件不会被当作空的组织',
    ],
  });
}

function webPage(file) {
  return aboutFile(file, 'roster-is-a-web-page', ['this is a web page, not a roster', '返回的是网页，不是花名册'], {
    remedy: [
      'it may be a sign-in page: set `authorization`, or use an address that needs no sign-in',
      '可能是登录页面：请填写 authorization，或使用无需登录的地址',
    ],
  });
}

function notUtf8(file, line) {
  return aboutFile(file, 'not-utf8', [`line ${line} is not UTF-8 text`, `第 ${line} 行不是 UTF-8 文本`], {
    remedy: [
      'save the file as UTF-8; in a spreadsheet choose "CSV UTF-8"',
      '请以 UTF-8 编码保存文件；在表格软件中选择“CSV UTF-8”格式',
    ],
    facts: [['line', String(line)]],
  });
}
