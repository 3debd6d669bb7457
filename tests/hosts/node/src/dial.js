/**
 * Opens connections of one source: to the origin, or to the proxy and through it to the origin, then TLS. There is no way from
 * "the proxy failed" to "then directly", and nothing of the environment is read.
 */

import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

import { CONNECT_MS, LOGIN_PROVEN_MS } from './limits.js';
import { Fault, notConnected, oddProxy, proxyUnreachable, refusedByProxy, tlsFailed } from './faults.js';

export class Dialer {
  #proxy;
  #ca;
  #login = new Login();

  /** `proxy` is a URL or nothing, `ca` a certificate in PEM to trust besides the usual ones. */
  constructor(proxy, ca) {
    this.#proxy = proxy;
    this.#ca = ca === undefined ? tls.rootCertificates : [...tls.rootCertificates, ca];
  }

  /** Agents that connect this way; both tunnel. `forward` is for requests that a proxy reads itself. */
  agents() {
    const options = { keepAlive: true };
    return {
      https: new (agentOf(https.Agent, (target) => this.#dial(target, true)))(options),
      http: new (agentOf(http.Agent, (target) => this.#dial(target, false)))(options),
      forward: new (agentOf(http.Agent, () => this.#reachProxyAgain()))(options),
    };
  }

  /** Whether the proxy itself reads requests without TLS. */
  get forwards() {
    return this.#proxy !== undefined;
  }

  /** The value of `Proxy-Authorization`, if the proxy has a password. */
  get authorization() {
    if (!this.#proxy?.username) return undefined;
    const [user, password] = [this.#proxy.username, this.#proxy.password].map(decodeURIComponent);
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  /** What a proxy means that answers like this to a request which it should have forwarded. */
  unforwarded(target, response) {
    const fault = refusedByProxy(this.#name, target, response, this.authorization !== undefined);
    if (this.authorization) this.#login.refuse(fault);
    return fault;
  }

  get #name() {
    return `${this.#proxy.protocol}//${this.#proxy.host}`;
  }

  async #dial(target, isEncrypted) {
    const socket = await this.#reach(target);
    if (!isEncrypted) return socket;
    return secured(socket, target.host, this.#ca).catch((error) => {
      throw tlsFailed(`${target.host}:${target.port}`, error);
    });
  }

  #reach(target) {
    if (this.#proxy === undefined) {
      return connected(target.host, target.port).catch((error) => {
        throw notConnected(`${target.host}:${target.port}`, error);
      });
    }
    const throughProxy = async () => this.#tunnel(await this.#reachProxy(), target);
    return this.authorization ? this.#login.attempt(throughProxy) : throughProxy();
  }

  async #reachProxyAgain() {
    if (this.#login.refused) throw this.#login.refused;
    return this.#reachProxy();
  }

  async #reachProxy() {
    const { hostname, port, protocol } = this.#proxy;
    const isEncrypted = protocol === 'https:';
    const host = hostname.replace(/^\[|\]$/g, '');
    try {
      const socket = await connected(host, Number(port) || (isEncrypted ? 443 : 80));
      return isEncrypted ? await secured(socket, host, this.#ca) : socket;
    } catch (error) {
      throw proxyUnreachable(this.#name, error);
    }
  }

  /** Ask a proxy of HTTP (RFC 9110, section 9.3.6). The name goes to it as it is, so that it resolves it. */
  #tunnel(socket, { host, port }) {
    const target = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
    const headers = { host: target, ...(this.authorization && { 'proxy-authorization': this.authorization }) };
    const { promise, resolve, reject } = Promise.withResolvers();
    const fail = (fault) => {
      socket.destroy();
      reject(fault);
    };
    const request = http.request({ method: 'CONNECT', path: target, headers, createConnection: () => socket });
    request.setTimeout(CONNECT_MS, () => request.destroy(new Error(`no answer within ${CONNECT_MS / 1_000} s`)));
    request.on('error', (error) => fail(oddProxy(this.#name, error)));
    request.on('connect', (response) => {
      if (response.statusCode === 200) {
        socket.setTimeout(0);
        resolve(socket);
      } else {
        fail(refusedByProxy(this.#name, target, response, this.authorization !== undefined));
      }
    });
    request.end();
    return promise;
  }
}

/** An agent whose connections are made by `dial`, a function of `{host, port}`. */
function agentOf(Agent, dial) {
  return class extends Agent {
    createConnection({ host, port }, onCreated) {
      dial({ host, port: Number(port) }).then(
        (socket) => onCreated(null, socket),
        (error) => onCreated(error),
      );
    }
  };
}

function connected(host, port) {
  return opened(net.connect({ host, port, noDelay: true }), 'connect');
}

function secured(socket, host, ca) {
  const servername = net.isIP(host) ? undefined : host;
  // Said outright, because a variable of the environment turns it off otherwise.
  return opened(tls.connect({ socket, host, servername, ca, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] }), 'secureConnect');
}

/** A socket once it is open, in bounded time. */
function opened(socket, event) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const fail = (error) => {
    socket.destroy();
    reject(error);
  };
  socket.setTimeout(CONNECT_MS, () => fail(new Error(`no answer within ${CONNECT_MS / 1_000} s`)));
  socket.once('error', fail);
  socket.once('close', () => fail(new Error('the connection was closed')));
  socket.once(event, () => {
    socket.setTimeout(0);
    socket.removeAllListeners('timeout');
    socket.removeAllListeners('close');
    socket.removeListener('error', fail);
    resolve(socket);
  });
  return promise;
}

/**
 * What a proxy made of the name and the password so far, so that a wrong password is sent once and not again: as long as nobody
 * knows whether it is right, one connection goes alone; once it was refused, none goes at all until a person has acted, which is
 * to start this program again.
 */
class Login {
  refused;
  #acceptedAtMs = -Infinity;
  #alone = Promise.resolve();
  #obstacle;

  refuse(fault) {
    this.refused = fault;
    this.#acceptedAtMs = -Infinity;
  }

  attempt(connect) {
    if (this.refused) return Promise.reject(this.refused);
    if (performance.now() - this.#acceptedAtMs < LOGIN_PROVEN_MS) return this.#learn(connect);
    // Whoever waited for one that met an obstacle meets the same.
    const met = this.#obstacle;
    const attempt = this.#alone.then(() => {
      if (this.refused) throw this.refused;
      if (this.#obstacle !== met) throw this.#obstacle.fault;
      return this.#learn(connect);
    });
    this.#alone = attempt.catch((fault) => {
      if (fault instanceof Fault && !fault.isLogin && !fault.isAboutTarget && this.#obstacle?.fault !== fault) {
        this.#obstacle = { fault };
      }
    });
    return attempt;
  }

  async #learn(connect) {
    try {
      const socket = await connect();
      this.#acceptedAtMs = performance.now();
      return socket;
    } catch (error) {
      if (error.isLogin) this.refuse(error);
      throw error;
    }
  }
}
