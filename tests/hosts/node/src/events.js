/** What a connector says about events, held against the sizes of the contract: one that was cut would be another event. */

import { Died } from './call.js';
import { MAX, MIN_HEARTBEAT_MS } from './limits.js';
import { byteLength } from './words.js';

function broke(what) {
  return new Died('connector-broke-contract', `it broke the contract: ${what}`);
}

/** Events that keep the contract, as they are stored. */
function checkEvents(events, reader) {
  if (MAX.events < events.length) throw broke(`it gave more than ${MAX.events} events at once`);
  return events.map((event) => checkEvent(event, reader));
}

function checkEvent({ id, kind, payload, occurredAtMs, subjects }, reader) {
  const length = byteLength(id);
  if (length < 1 || MAX.eventId < length || reader.hasSecret(id)) throw broke("an event's id must have 1 to 128 bytes and no secret");
  if (MAX.eventPayload < byteLength(payload)) throw broke('the payload of an event is larger than 64 KiB');
  if (MAX.eventKind < byteLength(kind) || MAX.eventSubjects < subjects.length) throw broke("an event's kind or subjects");
  const fits = ({ resourceType, externalId }) =>
    byteLength(resourceType) <= MAX.resourceTypeName && byteLength(externalId) <= MAX.externalId;
  if (!subjects.every(fits)) throw broke('the key of a subject is too long');
  // A BigInt has no JSON.
  return { id, kind, payload, occurredAtMs: occurredAtMs == null ? undefined : Number(occurredAtMs), subjects };
}

/** A stored event as a connector gets it. */
export function forConnector({ occurredAtMs, ...event }) {
  return { ...event, occurredAtMs: occurredAtMs === undefined ? undefined : BigInt(occurredAtMs) };
}

/** Fetched events that keep the contract. */
export function checkFetched({ events, cursor, more }, reader) {
  if (MAX.cursor < byteLength(cursor ?? '')) throw broke('its cursor is larger than 64 KiB');
  return { events: checkEvents(events, reader), cursor, more };
}

/** A receipt that keeps the contract. */
export function checkReceipt({ status, contentType, body, events }, reader) {
  if (status < 200 || 599 < status) throw broke(`its receipt has the status ${status}`);
  if (MAX.delivery < byteLength(body)) throw broke('its receipt is larger than 1 MiB');
  return { status, contentType, body, events: checkEvents(events, reader) };
}

/** What to do about a message, as the contract has it. */
export function checkReaction(reaction, reader) {
  for (const messages of [reaction.replies, reaction.refusals]) {
    const isLong = messages.some(({ val }) => MAX.reply < Buffer.byteLength(val));
    if (MAX.replies < messages.length || isLong) throw broke('it answers with more than 16 messages of 64 KiB');
  }
  if (reaction.heartbeatMs != null) checkHeartbeat(reaction.heartbeatMs);
  if (reaction.state != null) checkState(reaction.state);
  return { ...reaction, events: checkEvents(reaction.events, reader) };
}

/** Where to listen, as the contract has it, or that there is no channel. */
export function checkChannel(channel) {
  if (channel == null) return null;
  if (MAX.url < byteLength(channel.url) || MAX.subprotocols < channel.subprotocols.length) throw broke('its channel');
  if (channel.heartbeat && MAX.channelMessage < Buffer.byteLength(channel.heartbeat.val)) throw broke('its heartbeat is too large');
  checkHeartbeat(channel.heartbeatMs);
  checkState(channel.state);
  return channel;
}

function checkHeartbeat(ms) {
  if (ms < MIN_HEARTBEAT_MS) throw broke(`it wants a heartbeat every ${ms} ms`);
}

function checkState(state) {
  if (MAX.channelState < byteLength(state)) throw broke('the state of its channel is larger than 1 MiB');
}
