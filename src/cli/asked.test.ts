import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../api/client.ts';
import { err } from '../base/result.ts';
import { alreadyAsked } from './asked.ts';

/** A client that refuses every call, and notes it. */
function refusing(): { readonly client: Client; readonly called: string[] } {
  const called: string[] = [];
  const client: Client = {
    call: (method) => {
      called.push(method);
      return Promise.resolve(err({ code: 'failed', message: 'called' }));
    },
    receive: () => undefined,
    closed: new Promise(() => undefined),
    close: () => undefined,
  };
  return { client, called };
}

test('calls for jobs get the answers that came, in the order in which they came, and what has none was lost', async () => {
  const { client, called } = refusing();
  const asked = alreadyAsked(
    client,
    '{"result":null,"id":0}\n{"error":{"code":-32001,"message":"no"},"id":3}\n{"result":{"job":7,"unit":"a.service","result":"done"},"id":1}\n',
  );
  const order: unknown[] = [];
  const start = async (unit: string) => order.push([unit, await asked.call('unit.start', { unit })]);
  await Promise.all(['a', 'b', 'c'].map((unit) => start(unit)));
  assert.deepEqual(order, [
    ['c', err({ code: 'no-such-unit', message: 'no' })],
    ['a', { ok: true, value: { job: 7, unit: 'a.service', result: 'done' } }],
    ['b', err({ code: 'connection-lost', message: 'The connection to the manager was lost.' })],
  ]);
  assert.deepEqual(called, []);
});

test('all other calls are made, and calls for jobs too once the answers are given', async () => {
  const { client, called } = refusing();
  const asked = alreadyAsked(client, '');
  await asked.call('units.get', { units: [] });
  await asked.call('unit.stop', { unit: 'a.service' });
  await asked.call('unit.stop', { unit: 'a.service' });
  assert.deepEqual(called, ['units.get', 'unit.stop']);
});
