import assert from 'node:assert/strict';
import { test } from 'node:test';
import { socketType } from '../../src/type/socket.ts';
import type { SocketSettings } from '../../src/unit/settings/socket.ts';
import type { ListenAddress } from '../../src/unit/values/types.ts';
import { command, Rig, second, socketConfig } from './rig.ts';

const name = 'socket/a.socket/0';
const stream: ListenAddress = { kind: 'stream', address: { family: 'unix', path: '/run/a', abstract: false }, text: '/run/a' };
const queue: ListenAddress = { kind: 'message-queue', path: '/q', text: '/q' };

function listening(settings: Partial<SocketSettings> = {}) {
  const rig = new Rig(socketType, socketConfig({ Listen: [stream], ...settings }));
  rig.world.triggered = { active: 'inactive', sub: 'dead', result: 'success' };
  rig.start();
  while (rig.sub !== 'listening') rig.spawned().exited();
  return rig;
}

type SocketRig = ReturnType<typeof listening>;

function traffic(rig: SocketRig): SocketRig {
  return rig.send({ event: 'readable', name });
}

function serviceEnds(rig: SocketRig): SocketRig {
  return rig.send({
    event: 'triggered-changed',
    unit: 'a.service',
    look: { active: 'inactive', sub: 'dead', result: 'success' },
    hasJob: false,
  });
}

/** Traffic came while its service would stop others, and then no job was left. */
function deferred(settings: Partial<SocketSettings>): SocketRig {
  const rig = listening(settings);
  rig.world.disturbs = true;
  return traffic(rig).send({ event: 'elapsed', timer: 'quiet' });
}

/** The descriptors that the processes asked for in the last step are given. */
function passed(rig: SocketRig): readonly unknown[] {
  return rig.effects.flatMap((effect) => (effect.effect === 'spawn' ? effect.request.descriptors : []));
}

test('FlushPending= drops what the service left unread before it is watched again', () => {
  const rig = listening({ FlushPending: true });
  assert.deepEqual(serviceEnds(traffic(rig)).did, [`flush ${name}`, `poll ${name}`]);
  assert.deepEqual(serviceEnds(traffic(listening())).did, [`poll ${name}`]);
});

test('the poll limit silences a socket until the interval is over', () => {
  const rig = listening({ PollLimitIntervalSec: 10 * second, PollLimitBurst: 2 });
  const began = rig.world.now;
  serviceEnds(traffic(rig));
  rig.world.now += second;
  assert.deepEqual(serviceEnds(traffic(rig)).did, ['arm poll']);
  assert.deepEqual([rig.sub, rig.timers.get('poll')], ['listening', began + 10 * second]);
  assert.deepEqual([rig.elapse('poll').did, rig.timers.size], [[`poll ${name}`], 0]);
});

test('a stop ends the time of silence', () => {
  const rig = listening({ PollLimitIntervalSec: 10 * second, PollLimitBurst: 1 });
  serviceEnds(traffic(rig));
  rig.stop();
  assert.deepEqual([rig.sub, rig.timers.size], ['dead', 0]);
});

test('the poll limit of Accept=yes lets the connections through that were taken already', () => {
  const rig = listening({ Accept: true, PollLimitIntervalSec: 10 * second, PollLimitBurst: 1 });
  const offer = { name, held: 'accepted/a.socket/1', peer: '', local: '', cookie: 0, credentials: { pid: 1, uid: 0 } };
  const words = (): readonly string[] => rig.did.map((word) => word.split(' ')[0] ?? '');
  rig.send({ event: 'connection', is: 'offered', offer });
  assert.deepEqual(words(), ['unpoll', 'serve', 'arm']);
  rig.send({ event: 'connection', is: 'offered', offer });
  assert.deepEqual([words(), rig.state.memory.accepted], [['serve'], 2]);
  assert.deepEqual(rig.elapse('poll').effects, [{ effect: 'accept', name, count: 64 }]);
});

test('DeferTrigger= waits until nothing would be stopped by the start', () => {
  const rig = listening({ DeferTrigger: 'yes', DeferTriggerMaxSec: 30 * second });
  rig.world.disturbs = true;
  traffic(rig);
  assert.deepEqual([rig.look, rig.did], [{ active: 'active', sub: 'deferred', result: 'success' }, ['watch-quiet', 'arm defer']]);
  assert.deepEqual(socketType.resume?.(rig.state, rig.config), [{ effect: 'watch-quiet' }]);
  rig.world.disturbs = false;
  rig.send({ event: 'elapsed', timer: 'quiet' });
  assert.deepEqual([rig.sub, rig.did], ['running', ['trigger start a.service', 'disarm defer']]);
});

test('DeferTrigger=yes gives up when no job is left and something is still in the way, patient goes on until the limit', () => {
  const hasty = deferred({ DeferTrigger: 'yes' });
  assert.deepEqual([hasty.sub, hasty.result], ['failed', 'resources']);
  const patient = deferred({ DeferTrigger: 'patient', DeferTriggerMaxSec: 30 * second });
  assert.deepEqual([patient.sub, patient.did], ['deferred', ['watch-quiet']]);
  patient.elapse('defer');
  assert.deepEqual([patient.sub, patient.result], ['failed', 'resources']);
});

test('PassFileDescriptorsToExec= gives the sockets to the commands that run while they are open', () => {
  const settings = { ExecStartPre: [command('/pre')], ExecStartPost: [command('/post')], ExecStopPre: [command('/stop')] };
  for (const PassFileDescriptorsToExec of [false, true]) {
    const rig = new Rig(socketType, socketConfig({ Listen: [stream], FileDescriptorName: 'web', ...settings, PassFileDescriptorsToExec }));
    const seen: unknown[] = [];
    rig.start();
    for (; rig.sub !== 'listening'; rig.spawned().exited()) seen.push([rig.sub, passed(rig)]);
    rig.stop();
    seen.push([rig.sub, passed(rig)]);
    const given = PassFileDescriptorsToExec ? [{ held: name, name: 'web' }] : [];
    assert.deepEqual(seen, [
      ['start-pre', []],
      ['start-open', []],
      ['start-post', given],
      ['stop-pre', given],
    ]);
  }
});

test('a message queue is opened with its limits, and removed by a child where that is wanted', () => {
  const rig = new Rig(
    socketType,
    socketConfig({
      Listen: [queue],
      SocketMode: 0o600,
      MessageQueueMaxMessages: 7,
      MessageQueueMessageSize: 100,
      RemoveOnStop: true,
      ExecStopPost: [command('/after')],
    }),
  );
  rig.start();
  assert.deepEqual(
    rig.effects.flatMap((effect) => (effect.effect === 'run' ? effect.plan : [])),
    [
      { op: 'mqueue', slot: 0, name: '/q', mode: 0o600, messages: 7, size: 100 },
      { op: 'keep', slot: 0, name },
    ],
  );
  rig.spawned().exited();
  rig.stop();
  assert.deepEqual(
    [rig.sub, ...rig.effects.flatMap((effect) => (effect.effect === 'run' ? effect.plan : []))],
    ['stop-post', { op: 'mq-unlink', name: '/q' }],
  );
  rig.spawned().exited();
  assert.deepEqual([rig.sub, rig.did[0]], ['stop-post', 'spawn ExecStopPost /after']);
  rig.spawned().exited();
  assert.equal(rig.sub, 'dead');
});

test('a netlink socket is bound to its groups', () => {
  const rig = new Rig(socketType, socketConfig({ Listen: [{ kind: 'netlink', path: 'kobject-uevent 1', text: 'kobject-uevent 1' }] }));
  rig.start();
  const plan = rig.effects.flatMap((effect) => (effect.effect === 'run' ? effect.plan : []));
  assert.deepEqual(
    plan.filter(({ op }) => op === 'socket' || op === 'bind'),
    [
      { op: 'socket', slot: 0, family: 16, type: 3 | 0o4000, protocol: 15 },
      { op: 'bind', slot: 0, address: Uint8Array.from([16, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]) },
    ],
  );
});

test('attributes and labels are given to the node and to the socket', () => {
  const rig = new Rig(
    socketType,
    socketConfig({
      Listen: [stream],
      SmackLabel: 'a',
      SmackLabelIPIn: 'b',
      SmackLabelIPOut: 'c',
      XAttrEntryPoint: ['user.x=1'],
      XAttrListen: ['user.y=2=3'],
    }),
  );
  rig.start();
  const plan = rig.effects.flatMap((effect) => (effect.effect === 'run' ? effect.plan : []));
  assert.deepEqual(
    plan.flatMap((op) => (op.op === 'xattr' ? [`${op.path} ${op.name}=${new TextDecoder().decode(op.value)}`] : [])),
    ['/run/a security.SMACK64=a', '/run/a user.x=1', ' security.SMACK64IPIN=b', ' security.SMACK64IPOUT=c', ' user.y=2=3'],
  );
});
