/** Why no response came back, by the kinds of the contract. No URL is repeated beyond its origin: queries carry tokens. */

import { MAX } from './limits.js';
import { diagnosis } from './words.js';

/** A fault of the contract: `kind` says what became of the request. `isLogin` marks a refusal of a proxy's password. */
export class Fault extends Error {
  constructor(kind, code, message, { facts, remedy, isLogin = false, isAboutTarget = false } = {}) {
    super(message);
    Object.assign(this, { kind, diagnosis: diagnosis(code, message, { facts, remedy }), isLogin, isAboutTarget });
  }

  /** As `http-client.take` hands it over. */
  get result() {
    return { tag: 'err', val: { kind: this.kind, diagnosis: this.diagnosis } };
  }
}

export function denied(origin) {
  return new Fault('denied', 'origin-not-granted', `origin ${origin} is not granted to this source; nothing was sent there`, {
    facts: { origin },
    remedy: "Add the origin to the source's `allow` list, if the connector is meant to reach it.",
  });
}

export function invalid(what) {
  return new Fault('other', 'request-invalid', `the connector's request is invalid: ${what}`);
}

export function lost(origin, error) {
  const message = `${origin} or the way to it broke the connection before the whole response was there: ${error.message}`;
  return new Fault('interrupted', 'connection-lost', message, { facts: { origin } });
}

export function timedOut(origin, limitMs) {
  const message = `${origin} did not answer completely within ${limitMs / 1_000} s`;
  return new Fault('timed-out', 'timed-out', message, { facts: { origin } });
}

export function tooLarge(origin) {
  return new Fault('too-large', 'response-too-large', `the response of ${origin} is larger than 16 MiB`, { facts: { origin } });
}

export function tooDeep(origin) {
  const message = `the response of ${origin} is nested more than ${MAX.responseDepth} levels deep`;
  return new Fault('too-large', 'response-too-deep', message, { facts: { origin } });
}

export function proxyUnreachable(proxy, error) {
  return new Fault('proxy-unreachable', 'proxy-unreachable', `proxy ${proxy} cannot be reached: ${error.message}`, {
    facts: { proxy },
    remedy: "Check the proxy's address and port, and that this host may connect to it.",
  });
}

/** What a proxy means that answers a CONNECT, or a request that it should forward, like this. */
export function refusedByProxy(proxy, target, { statusCode: status, headers }, hasPassword) {
  const facts = { proxy, target };
  const said = (kind, code, message, more) => new Fault(kind, code, `proxy ${proxy} ${message}`, { facts, ...more });
  if (status === 407 || status === 401) {
    const offered = headers['proxy-authenticate'] ?? '';
    // A proxy that answers 401 without a challenge means the password all the same.
    const isBasic = /(^|,\s*)basic(\s|,|$)/i.test(offered) || (status === 401 && offered === '');
    if (!isBasic) {
      const kind = offered === '' ? 'proxy-scheme-unnamed' : 'proxy-scheme-unsupported';
      return said('proxy-refused', kind, 'wants a login of another kind than name and password', { isLogin: true });
    }
    return hasPassword
      ? said('proxy-refused', 'proxy-auth-failed', 'refuses this name and password', { isLogin: true })
      : said('proxy-refused', 'proxy-password-missing', 'wants a name and a password, and none is set', { isLogin: true });
  }
  if ([400, 404, 405, 501].includes(status)) {
    return said('proxy-refused', 'proxy-no-tunnels', `does not accept CONNECT: it answered ${status}`);
  }
  if ([502, 503, 504].includes(status)) {
    return said('not-sent', 'proxy-cannot-reach', `cannot reach ${target}: it answered ${status}`, { isAboutTarget: true });
  }
  if (300 <= status && status < 400) {
    return said('proxy-refused', 'proxy-redirects', 'sends this host to a web page instead of connecting');
  }
  return said('proxy-refused', 'proxy-refused', `refuses a connection to ${target}: it answered ${status}`, { isAboutTarget: true });
}

/** What a proxy does that answers nothing that can be understood. */
export function oddProxy(proxy, error) {
  return new Fault('not-sent', 'proxy-not-http', `proxy ${proxy} does not speak HTTP, or says nothing: ${error.message}`, {
    facts: { proxy },
  });
}

export function notConnected(target, error) {
  const isName = error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN';
  const code = isName ? 'name-not-found' : 'connect-failed';
  const message = `${target} cannot be reached: ${error.message}`;
  return new Fault('not-sent', code, message, {
    facts: { target },
    remedy: 'Check the name, and that this host may connect there; if it must go through a proxy, set one.',
  });
}

/** What OpenSSL says of a certificate that nobody trusted vouches for, or that is not fit. */
const UNTRUSTED = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)/;

export function tlsFailed(target, error) {
  const message = `tls with ${target} failed: ${error.message}`;
  return new Fault(UNTRUSTED.test(error.code) ? 'untrusted' : 'not-sent', 'tls-failed', message, {
    facts: { target },
    remedy: "If a company proxy inspects TLS, give its authority's certificate as the source's `ca_file`.",
  });
}
