import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'dbus-native';
import { listeningBus } from '../port/bus.ts';
import { startTysd } from './tysd.ts';

const service = (name: string) =>
  `[Service]\nType=dbus\nBusName=org.example.${name}\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity\n`;

/** A session's bus, which is there before the manager and outlives it, and somebody on it who takes and gives up names. */
async function startBus() {
  const bus = await listeningBus();
  const owner = createClient({ busAddress: bus.address });
  return {
    address: bus.address,
    own: (name: string) => owner.requestName(`org.example.${name}`, 0),
    release: (name: string) => owner.releaseName(`org.example.${name}`),
    [Symbol.dispose]() {
      owner.connection.end();
      bus[Symbol.dispose]();
    },
  };
}

test('a user’s services follow the names on the bus of the session, over kill -9 of the manager and a reload', async () => {
  using bus = await startBus();
  await using daemon = await startTysd({
    units: {
      'default.target': '[Unit]\nWants=dbus.socket\n',
      // What Type=dbus requires; the session's bus is another one.
      'dbus.socket': '[Socket]\nListenStream=%t/unused-bus\n',
      'dbus.service': '[Service]\nExecStart=/bin/sleep infinity\n',
      'a.service': service('A'),
      'b.service': service('B'),
    },
    environment: { DBUS_SESSION_BUS_ADDRESS: bus.address },
  });
  for (const unit of ['a.service', 'b.service']) await daemon.tysctl('start', '--no-block', unit);
  await daemon.untilUnit('a.service', ({ sub }) => sub === 'start');
  await bus.own('A');
  const before = await daemon.untilUnit('a.service', ({ sub }) => sub === 'running');
  await daemon.killManager();
  await bus.own('B');
  await daemon.untilUnit('b.service', ({ sub }) => sub === 'running');
  assert.equal((await daemon.unit('a.service')).mainPid, before.mainPid);
  await daemon.tysctl('daemon-reload');
  assert.equal((await daemon.unit('a.service')).sub, 'running');
  await daemon.killManager();
  await bus.release('A');
  await daemon.untilUnit('a.service', ({ sub }) => sub === 'dead');
  await bus.release('B');
  await daemon.untilUnit('b.service', ({ sub }) => sub === 'dead');
});
