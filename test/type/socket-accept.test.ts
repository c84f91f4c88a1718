import assert from 'node:assert/strict';
import { test } from 'node:test';
import { socketType } from '../../src/type/socket.ts';
import type { ConnectionOffer } from '../../src/type/type.ts';
import type { SocketSettings } from '../../src/unit/settings/socket.ts';
import { Rig, second, socketConfig } from './rig.ts';

const name = 'socket/a.socket/0';

function accepting(settings: Partial<SocketSettings> = {}) {
  const rig = new Rig(
    socketType,
    socketConfig({ Accept: true, Listen: [{ kind: 'stream', address: { family: 'any', port: 80 }, text: '80' }], ...settings }),
  );
  rig.start();
  while (rig.sub !== 'listening') rig.spawned().exited();
  return rig;
}

function offer(more: Partial<ConnectionOffer> = {}): ConnectionOffer {
  return { name, held: 'accepted/a.socket/1', peer: '', local: '', cookie: 0, ...more };
}

/** What a connection is made of it. */
function served(more: Partial<ConnectionOffer>, settings: Partial<SocketSettings> = {}) {
  const rig = accepting(settings).send({ event: 'connection', is: 'offered', offer: offer(more) });
  return rig.effects.find((effect) => effect.effect === 'serve');
}

/** The instance, the other end for people, what the process is told, and what is counted by. */
function words(more: Partial<ConnectionOffer>): readonly string[] {
  const effect = served(more, { MaxConnectionsPerSource: 1 });
  return effect === undefined
    ? []
    : [effect.unit, effect.connection.peer, ...effect.connection.environment, `from ${effect.connection.source}`];
}

test('a connection of each family has the instance, the name and the environment that systemd gives it', () => {
  assert.deepEqual(words({ local: '127.0.0.1:80', peer: '10.0.0.1:4711', cookie: 9 }), [
    'a@0-127.0.0.1:80-10.0.0.1:4711.service',
    '10.0.0.1:4711',
    'REMOTE_ADDR=10.0.0.1',
    'REMOTE_PORT=4711',
    'SO_COOKIE=9',
    'from 10.0.0.1',
  ]);
  assert.deepEqual(words({ local: '[::1]:80', peer: '[fe80::2]:4711' }), [
    'a@0-::1:80-fe80::2:4711.service',
    '[fe80::2]:4711',
    'REMOTE_ADDR=fe80::2',
    'REMOTE_PORT=4711',
    'from fe80::2',
  ]);
  assert.deepEqual(words({ local: '[::ffff:127.0.0.1]:80', peer: '[::ffff:10.0.0.1]:4711' }), [
    'a@0-127.0.0.1:80-10.0.0.1:4711.service',
    '10.0.0.1:4711',
    'REMOTE_ADDR=10.0.0.1',
    'REMOTE_PORT=4711',
    'from 10.0.0.1',
  ]);
  assert.deepEqual(words({ local: 'vsock:2:80', peer: 'vsock:3:4711' }), [
    'a@0-2:80-3:4711.service',
    'vsock:3:4711',
    'REMOTE_ADDR=vsock:3',
    'REMOTE_PORT=4711',
    'from 3',
  ]);
  assert.deepEqual(words({ local: '/run/a', credentials: { pid: 12, uid: 1000 } }), [
    'a@0-12-1000.service',
    'PID 12/UID 1000',
    'from UID 1000',
  ]);
  assert.deepEqual(words({ local: '/run/a', peer: '/run/b', credentials: { pid: 12, uid: 0 } }), [
    'a@0-12-0.service',
    'PID 12/UID 0',
    'REMOTE_ADDR=/run/b',
    'from UID 0',
  ]);
  assert.deepEqual(words({ local: '@a', peer: '@b:1' }), ['a@0-unknown.service', '@b:1', 'REMOTE_ADDR=@b:1', 'from ']);
});

test('a connection is given to its instance, one more may come, and the counters go with it', () => {
  const rig = accepting({ MaxConnectionsPerSource: 2 });
  const from = { local: '1.1.1.1:1', peer: '2.2.2.2:2' };
  rig.send({ event: 'connection', is: 'offered', offer: offer(from) });
  assert.deepEqual(
    rig.did.map((word) => word.split(' ')[0]),
    ['accept', 'serve'],
  );
  rig.send({ event: 'connection', is: 'offered', offer: offer(from) });
  rig.send({ event: 'connection', is: 'offered', offer: offer(from) });
  assert.deepEqual(rig.did, ['accept', 'close accepted/a.socket/1']);
  assert.match(rig.log.at(-1) ?? '', /Too many incoming connections \(3\) from source 2\.2\.2\.2/);
  const { accepted, refused, connections, sources } = rig.state.memory;
  assert.deepEqual({ accepted, refused, connections, sources }, { accepted: 2, refused: 1, connections: 2, sources: { '2.2.2.2': 2 } });
  rig.send({ event: 'connection', is: 'over', source: '2.2.2.2' }).send({ event: 'connection', is: 'over', source: '2.2.2.2' });
  assert.deepEqual([rig.state.memory.connections, rig.state.memory.sources], [0, {}]);
});

test('who is to be stopped, or does not listen, refuses connections', () => {
  const rig = accepting();
  rig.world.stopRequested = true;
  rig.send({ event: 'connection', is: 'offered', offer: offer() });
  assert.deepEqual([rig.did, rig.state.memory.refused], [['accept', 'close accepted/a.socket/1'], 1]);
  rig.stop();
  rig.send({ event: 'connection', is: 'offered', offer: offer() });
  assert.deepEqual([rig.sub, rig.did, rig.state.memory.refused], ['dead', ['close accepted/a.socket/1'], 1]);
});

test('200 connections in two seconds are the most, unless the unit says otherwise', () => {
  const rig = accepting({ MaxConnections: 1000 });
  for (let count = 0; count < 200; count += 1) rig.send({ event: 'connection', is: 'offered', offer: offer() });
  rig.world.now += 2 * second;
  for (let count = 0; count < 200; count += 1) rig.send({ event: 'connection', is: 'offered', offer: offer() });
  assert.equal(rig.sub, 'listening');
  rig.send({ event: 'connection', is: 'offered', offer: offer() });
  assert.deepEqual([rig.sub, rig.result, rig.state.memory.refused], ['failed', 'trigger-limit-hit', 1]);
});

test('a socket from which nothing can be accepted fails', () => {
  const rig = accepting().send({ event: 'connection', is: 'offered', offer: offer({ failure: 'Too many open files' }) });
  assert.deepEqual([rig.sub, rig.result], ['failed', 'resources']);
});
