import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { socketType } from '../../src/type/socket.ts';
import { socketControl } from '../../src/type/socket/state.ts';
import type { KillSettings } from '../../src/unit/settings/kill.ts';
import type { SocketSettings } from '../../src/unit/settings/socket.ts';
import { command, Rig, socketConfig } from './rig.ts';

type SocketRig = Rig<typeof socketType.initial>;

const commands = fc.integer({ min: 0, max: 2 }).map((count) => Array.from({ length: count }, (_, index) => command(`/c${index}`)));

const settings: fc.Arbitrary<Partial<SocketSettings>> = fc.record({
  ExecStartPre: commands,
  ExecStartPost: commands,
  ExecStopPre: commands,
  ExecStopPost: commands,
  RemoveOnStop: fc.boolean(),
  TriggerLimitBurst: fc.constantFrom(1, 20),
  Listen: fc.constant([
    { kind: 'stream', address: { family: 'unix', path: '/run/s', abstract: false }, text: '/run/s' },
    { kind: 'fifo', path: '/run/f', text: '/run/f' },
  ] as const),
});

const kill: fc.Arbitrary<Partial<KillSettings>> = fc.record({
  KillMode: fc.constantFrom('control-group', 'mixed', 'process', 'none'),
  SendSIGKILL: fc.boolean(),
});

const happening = fc.record({
  kind: fc.constantFrom(
    'go-on',
    'go-on',
    'go-on',
    'go-on',
    'fail',
    'spawn-failed',
    'elapse',
    'readable',
    'service',
    'start',
    'stop',
    'group-empty',
  ),
  leftovers: fc.boolean(),
  index: fc.nat(1),
});

type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;

function happen(rig: SocketRig, { kind, leftovers, index }: Happening): void {
  const [unborn] = rig.unborn;
  const control = socketControl(rig.state);
  switch (kind) {
    case 'go-on':
    case 'fail':
      if (unborn !== undefined) rig.spawned(unborn);
      else if (control !== null)
        rig.exited(kind === 'fail' ? 1 : 0, { child: control.child, groupEmpty: rig.children.size === 1 && !leftovers });
      return;
    case 'spawn-failed':
      if (unborn !== undefined) rig.send({ event: kind, child: unborn, reason: 'no memory' });
      return;
    case 'elapse':
      if (rig.timers.has('timeout')) rig.elapse('timeout');
      return;
    case 'readable':
      rig.send({ event: kind, name: `socket/a.socket/${index}` });
      return;
    case 'service':
      rig.send({
        event: 'triggered-changed',
        unit: 'a.service',
        look: { active: 'inactive', sub: 'dead', result: 'success' },
        hasJob: leftovers,
      });
      return;
    case 'start':
    case 'stop':
      rig[kind]();
      return;
    case 'group-empty':
      if (rig.children.size === 0) rig.send({ event: kind });
  }
}

test('whatever happened before, a stopped socket ends with no timer, no process, no descriptor', () => {
  fc.assert(
    fc.property(settings, kill, fc.array(happening, { maxLength: 30 }), (socket, killing, happenings) => {
      const rig = new Rig(socketType, socketConfig(socket, killing));
      rig.start();
      for (const next of happenings) happen(rig, next);
      rig.stop();
      for (let round = 0; round < 40 && ((rig.sub !== 'dead' && rig.sub !== 'failed') || rig.children.size > 0); round++) {
        const [child] = rig.children;
        if (child !== undefined && rig.unborn.has(child)) rig.spawned(child);
        else if (child !== undefined) rig.killed(9, { child, groupEmpty: rig.children.size === 1 });
        else rig.send({ event: 'group-empty' });
      }
      assert.ok(rig.sub === 'dead' || rig.sub === 'failed', `it hangs in ${rig.sub}`);
      assert.deepEqual([rig.timers.size, rig.children.size, socketType.descriptors(rig.state)], [0, 0, []]);
    }),
    { numRuns: 1500 },
  );
});
