import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { controlOf, mainOf, timersOf } from '../../src/type/service/state.ts';
import { serviceType } from '../../src/type/service.ts';
import type { KillSettings } from '../../src/unit/settings/kill.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import { notification } from './notification.ts';
import { command, Rig, second, serviceConfig } from './rig.ts';

type ServiceRig = Rig<typeof serviceType.initial>;

const commands = (name: string) =>
  fc.integer({ min: 0, max: 2 }).map((count) => Array.from({ length: count }, (_, index) => command(`/${name}${index}`)));

const settings: fc.Arbitrary<Partial<ServiceSettings>> = fc.record({
  Type: fc.constantFrom('simple', 'exec', 'oneshot', 'forking', 'notify', 'notify-reload', 'idle'),
  ExitType: fc.constantFrom('main', 'cgroup'),
  PIDFile: fc.constantFrom('', '/run/a.pid'),
  GuessMainPID: fc.boolean(),
  RemainAfterExit: fc.boolean(),
  Restart: fc.constantFrom('no', 'always', 'on-failure'),
  RestartMode: fc.constantFrom('normal', 'direct'),
  NotifyAccess: fc.constantFrom('main', 'all'),
  ExecCondition: commands('c'),
  ExecStartPre: commands('p'),
  ExecStartPost: commands('q'),
  ExecReload: commands('r'),
  ExecStop: commands('s'),
  ExecStopPost: commands('t'),
  TimeoutStartFailureMode: fc.constantFrom('terminate', 'abort', 'kill'),
  TimeoutStopFailureMode: fc.constantFrom('terminate', 'abort', 'kill'),
  WatchdogSec: fc.constantFrom(0, 10 * second),
  RuntimeMaxSec: fc.constantFrom(Infinity, 100 * second),
  FileDescriptorStoreMax: fc.constantFrom(0, 2),
});

const kill: fc.Arbitrary<Partial<KillSettings>> = fc.record({
  KillMode: fc.constantFrom('control-group', 'mixed', 'process', 'none'),
  SendSIGKILL: fc.boolean(),
  SendSIGHUP: fc.boolean(),
});

/** Something that may happen; `pick` chooses among the children or timers that there are. */
const happening = fc.record({
  kind: fc.constantFrom(
    ...Array<'go-on'>(12).fill('go-on'),
    'start',
    'stop',
    'reload',
    'spawned',
    'executed',
    'exited',
    'exited',
    'spawn-failed',
    'group-empty',
    'elapsed',
    'notified',
    'pid-file',
    'no-pid-file',
    'guessed',
    'reset-failed',
  ),
  pick: fc.nat(7),
  status: fc.constantFrom(0, 0, 0, 1, 255),
  signalled: fc.boolean(),
  leftovers: fc.boolean(),
});

type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never;

function pickChild(rig: ServiceRig, kind: string, pick: number): number | undefined {
  const wanted = kind === 'spawned' || kind === 'spawn-failed';
  const children = [...rig.children].filter((child) => rig.unborn.has(child) === wanted);
  return children[pick % Math.max(1, children.length)];
}

function happen(rig: ServiceRig, { kind, pick, status, signalled, leftovers }: Happening): void {
  const child = pickChild(rig, kind, pick);
  const none = rig.children.size === 0;
  switch (kind) {
    case 'go-on':
      goOn(rig);
      return;
    case 'start':
    case 'stop':
    case 'reload':
      rig[kind]();
      return;
    case 'spawned':
    case 'executed':
      if (child !== undefined) rig.send(kind === 'spawned' ? { event: kind, child, pid: child + 1000 } : { event: kind, child });
      return;
    case 'exited': {
      if (child === undefined) return;
      const groupEmpty = rig.children.size === 1 && !leftovers;
      const how = signalled ? 'killed' : 'exited';
      rig.send({ event: 'exited', child, how, status: signalled ? 15 : status, missing: false, groupEmpty });
      return;
    }
    case 'spawn-failed':
      if (child !== undefined) rig.send({ event: kind, child, reason: 'no memory' });
      return;
    case 'group-empty':
      if (none) rig.send({ event: kind });
      return;
    case 'elapsed': {
      const timer = [...rig.timers.keys()][pick % Math.max(1, rig.timers.size)];
      if (timer !== undefined) rig.elapse(timer);
      return;
    }
    case 'notified':
      // Nobody speaks before it is born.
      if (rig.unborn.size > 0) return;
      rig.send(
        notification({
          ready: pick % 2 === 0,
          reloading: pick === 1,
          stopping: pick === 3,
          fdStore: pick === 2,
          fds: pick === 2 ? ['notify/1'] : [],
          ...(pick === 4 ? { mainPid: 77 } : {}),
          ...(pick === 5 ? { watchdogUsec: second } : {}),
        }),
      );
      return;
    case 'pid-file':
      rig.send({ event: 'pid-file', pid: 78 + pick });
      return;
    case 'no-pid-file':
      rig.send({ event: 'pid-file' });
      return;
    case 'guessed':
      rig.send(pick % 2 === 0 ? { event: 'guessed', pid: 99 } : { event: 'guessed' });
      return;
    case 'reset-failed':
      rig.send({ event: 'reset-failed' });
  }
}

/** What a well-behaved service does next on its way up or down. */
function goOn(rig: ServiceRig): void {
  const [unborn] = rig.unborn;
  const { state } = rig;
  const control = controlOf(state);
  if (unborn !== undefined) rig.spawned(unborn);
  else if (control !== null)
    rig.send({ event: 'exited', child: control.child, how: 'exited', status: 0, missing: false, groupEmpty: rig.children.size === 1 });
  else if ('question' in state && state.question !== null)
    rig.send(state.question.about === 'guess' ? { event: 'guessed', pid: 99 } : { event: 'pid-file', pid: 78 });
  else if (state.sub === 'start' && state.main !== null)
    rig.send({ event: 'executed', child: state.main.child }).send(notification({ ready: true }));
  else if (state.sub === 'auto-restart') rig.elapse('restart');
  else if (state.sub === 'auto-restart-queued' || state.sub === 'dead') rig.start();
  else if (state.sub === 'running') rig.reload();
}

/** What holds in every state: the timers that run are those of the state, and its processes are alive. */
function check(rig: ServiceRig): void {
  const { state } = rig;
  const wanted = timersOf[state.sub].filter((timer) => state.memory.deadlines[timer] !== 0);
  const deadlines = Object.fromEntries(wanted.map((timer) => [timer, state.memory.deadlines[timer]]));
  assert.deepEqual(Object.fromEntries(rig.timers), deadlines);
  for (const process of [mainOf(state), controlOf(state)]) {
    assert.ok(process === null || rig.children.has(process.child), `${state.sub} knows a process that is gone`);
  }
}

/** Everything that lives ends, everything that was asked is answered. */
function drain(rig: ServiceRig): void {
  for (let round = 0; round < 100; round++) {
    const [child] = rig.children;
    if (child !== undefined && rig.unborn.has(child)) rig.spawned(child);
    else if (child !== undefined) {
      rig.send({ event: 'exited', child, how: 'killed', status: 9, missing: false, groupEmpty: rig.children.size === 1 });
    } else if (rig.sub !== 'dead' && rig.sub !== 'failed') rig.send({ event: 'group-empty' });
    else return;
    check(rig);
  }
}

test('whatever happened before, a stop ends in dead or failed with no timer and no process left', () => {
  fc.assert(
    fc.property(settings, kill, fc.array(happening, { maxLength: 40 }), (service, killing, happenings) => {
      const rig = new Rig(serviceType, serviceConfig(service, killing));
      rig.start();
      for (const next of happenings) {
        happen(rig, next);
        check(rig);
      }
      rig.stop();
      check(rig);
      drain(rig);
      assert.ok(rig.sub === 'dead' || rig.sub === 'failed', `it hangs in ${rig.sub}`);
      assert.deepEqual([rig.timers.size, rig.children.size], [0, 0]);
    }),
    { numRuns: 1500 },
  );
});

test('a stop whose processes ignore every signal comes to its end by its time limits', () => {
  fc.assert(
    fc.property(settings, kill, fc.array(happening, { maxLength: 30 }), (service, killing, happenings) => {
      const rig = new Rig(serviceType, serviceConfig(service, killing));
      rig.start();
      for (const next of happenings) happen(rig, next);
      rig.stop();
      for (let round = 0; round < 20 && rig.sub !== 'dead' && rig.sub !== 'failed'; round++) rig.elapse('timeout');
      assert.ok(rig.sub === 'dead' || rig.sub === 'failed', `it hangs in ${rig.sub}`);
      assert.equal(rig.timers.size, 0);
    }),
    { numRuns: 1000 },
  );
});
