import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createBroker, createClient } from 'dbus-native';
import { openBusProperties } from './bus-properties.ts';

test('a property of a service is told and set, and who has none says so', async () => {
  using bus = await listening();
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

async function listening() {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-bus-'));
  const broker = createBroker();
  await new Promise<void>((resolve) => broker.listen({ socket: join(directory, 'bus') }, () => resolve()));
  return {
    address: `unix:path=${join(directory, 'bus')}`,
    close: () => broker.close(),
    [Symbol.dispose]() {
      broker.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
