/** Addresses of files. Pure; this engine has no `URL`. */

import { fileAt } from './places.js';

const ADDRESS = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/i;

/**
 * An address as `{url, origin, file, isEncrypted}`: the origin as the contract writes it, in lower case and without a default
 * port. Nothing for what is no address of HTTP; `hasPassword` alone where it names somebody.
 */
export function readAddress(text) {
  const [, scheme, authority, path, query = ''] = ADDRESS.exec(percentEncoded(text)) ?? [];
  if (authority === undefined) return undefined;
  if (authority.includes('@')) return { hasPassword: true };
  const [, host, port] = /^((?:[a-z0-9.-]+)|\[[0-9a-f:.]+\])(?::([0-9]*))?$/i.exec(authority) ?? [];
  const isSound = host !== undefined && Number(port ?? 0) < 65_536 && !/[<>`]/.test(path) && !/[<>"]/.test(query);
  if (!isSound) return undefined;
  const isEncrypted = scheme.toLowerCase() === 'https';
  const isDefault = port === undefined || port === '' || Number(port) === (isEncrypted ? 443 : 80);
  const origin = `${scheme}://${host}`.toLowerCase() + (isDefault ? '' : `:${Number(port)}`);
  return { url: `${origin}${path || '/'}${query}`, origin, file: fileAt(origin, path || '/'), isEncrypted };
}

/** Whether two absolute addresses have one origin. */
export function isSameOrigin(one, other) {
  return readAddress(one)?.origin === readAddress(other)?.origin;
}

/** What a person copies from a browser may hold letters that a request cannot. */
function percentEncoded(text) {
  return text.replace(/[^!-~]/gu, (character) => encodeURIComponent(character.toWellFormed()));
}
