/**
 * The roster connector: what the contract's world `live-connector` exports, over the interfaces that it imports.
 *
 * The only module that names them; all others run in any JavaScript. An exported function returns its result, or throws its
 * error as a plain object; anything else that is thrown ends the call, and its words reach whoever runs the host.
 */

import * as directory from 'rollcall:connector/directory@0.1.0';
import * as history from 'rollcall:connector/history@0.1.0';
import * as host from 'rollcall:connector/host@0.1.0';
import * as http from 'rollcall:connector/http-client@0.1.0';
import * as tasks from 'rollcall:connector/tasks@0.1.0';

import { handle } from './handle.js';
import { Call } from './kit/call.js';
import { readAll, readSome } from './kit/reading.js';
import { SCHEMAS } from './mapping.js';
import { finding, Roster } from './roster.js';
import { SCHEMA } from './schema.js';
import { mustReadSettings, planOf, readSettings } from './settings.js';
import { noChannel, receiveDelivery } from './webhook.js';

export const identitySource = {
  describe() {
    return {
      id: 'roster',
      name: 'Roster (CSV or JSON)',
      names: [{ language: 'zh-CN', name: '花名册（CSV 或 JSON）' }],
      version: '0.1.0',
      settingsSchema: JSON.stringify(SCHEMA),
      resourceTypes: SCHEMAS.map(({ resourceType }) => ({ name: resourceType, identityAttribute: undefined })),
    };
  },

  validate(settings) {
    return planOf(readSettings(settings));
  },

  check(settings) {
    try {
      const call = newCall();
      return call.run(new Roster(call, readSettings(settings)).check());
    } catch (error) {
      if (!error.problems) throw error;
      return error.problems.map((problem) => finding('settings', 'failed', problem));
    }
  },

  sync(settings, _checkpoint) {
    const call = newCall();
    const roster = new Roster(call, mustReadSettings(settings));
    return call.run(
      (function* () {
        const { drafts, entries } = yield* roster.readAll();
        return yield* readAll(call, SCHEMAS, drafts, entries, (key) => roster.lookUp(key));
      })(),
    );
  },

  refresh(settings, keys) {
    const call = newCall();
    const roster = new Roster(call, mustReadSettings(settings));
    return call.run(readSome(call, SCHEMAS, keys, (key) => roster.lookUp(key))).summary;
  },
};

export const events = {
  receive(settings, delivery) {
    return receiveDelivery(mustReadSettings(settings).webhookToken, delivery, () => host.random(16));
  },

  handle(settings, given) {
    const call = newCall();
    const roster = new Roster(call, mustReadSettings(settings));
    return call.run(handle(call, roster, given));
  },

  fetchEvents(settings, _cursor) {
    mustReadSettings(settings);
    return { events: [], cursor: undefined, more: false };
  },

  openChannel(settings) {
    mustReadSettings(settings);
    return undefined;
  },

  frame(_settings, _state, _message) {
    throw noChannel();
  },
};

function newCall() {
  return new Call({ directory, history, host, http, tasks });
}
