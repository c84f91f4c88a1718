import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'dbus-native';
import { listeningBus } from '../../test/port/bus.ts';
import { openBusProperties } from './bus-properties.ts';

test('a property of a service is told and set, and who has none says so', async () => {
  using bus = await listeningBus();
  const service = createClient({ busAddress: bus.address });
  const values: Record<string, string> = { LogLevel: 'info' };
  const at = { service: 'org.example.A', path: '/org/freedesktop/LogControl1', interface: 'org.freedesktop.LogControl1' };
  service.exportInterface(values, at.path, { name: at.interface, methods: {}, signals: {}, properties: { LogLevel: 's' } });
  await service.requestName(at.service, 0);

  const opened = await openBusProperties(bus.address);
  assert.ok(opened.ok);
  const properties = opened.value;
  assert.deepEqual(await properties.get(at, 'LogLevel'), { ok: true, value: 'info' });
  assert.deepEqual(await properties.set(at, 'LogLevel', 'debug'), { ok: true, value: undefined });
  assert.deepEqual(await properties.get(at, 'LogLevel'), { ok: true, value: 'debug' });
  const refused = await properties.get({ ...at, service: 'org.example.Nobody' }, 'LogLevel');
  assert.match(refused.ok ? '' : refused.error.error, /^org\.freedesktop\.DBus\.Error\./);
  properties.close();
  service.connection.end();
});

test('a bus that is not there is an error', async () => {
  assert.equal((await openBusProperties('unix:path=/nonexistent/bus')).ok, false);
});
