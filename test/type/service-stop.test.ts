import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceType } from '../../src/type/service.ts';
import type { KillSettings } from '../../src/unit/settings/kill.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import { command, Rig, second, serviceConfig } from './rig.ts';

function running(settings: Partial<ServiceSettings> = {}, kill: Partial<KillSettings> = {}) {
  const rig = new Rig(serviceType, serviceConfig(settings, kill));
  rig.start();
  return rig.spawned();
}

/** The phases of a stop that nothing obeys, and who is signalled in each. */
function phases(KillMode: KillSettings['KillMode']): readonly (readonly [string, readonly string[]])[] {
  const rig = running({ TimeoutStopFailureMode: 'abort' }, { KillMode, KillSignal: 2 });
  const seen: [string, readonly string[]][] = [];
  rig.stop();
  while (rig.timers.has('timeout')) {
    seen.push([rig.sub, rig.did.filter((words) => words.startsWith('signal') || words === 'watch-group')]);
    rig.elapse('timeout');
  }
  return [...seen, [rig.sub, []]];
}

test('KillMode= decides in each phase who is signalled', () => {
  assert.deepEqual(phases('control-group'), [
    ['stop-sigterm', ['signal group with 2']],
    ['stop-watchdog', ['signal group with 6']],
    ['stop-sigkill', ['signal group with 9']],
    ['final-sigterm', ['signal group with 2']],
    ['final-watchdog', ['signal group with 6']],
    ['final-sigkill', ['signal group with 9']],
    ['failed', []],
  ]);
  assert.deepEqual(phases('mixed'), [
    ['stop-sigterm', ['signal child 1 with 2', 'signal child 1 with 18']],
    ['stop-watchdog', ['signal child 1 with 6', 'signal child 1 with 18']],
    ['stop-sigkill', ['signal group with 9']],
    ['final-sigterm', ['signal child 1 with 2', 'signal child 1 with 18']],
    ['final-watchdog', ['signal child 1 with 6', 'signal child 1 with 18']],
    ['final-sigkill', ['signal group with 9']],
    ['failed', []],
  ]);
  assert.deepEqual(phases('process'), [
    ['stop-sigterm', ['signal child 1 with 2', 'signal child 1 with 18']],
    ['stop-watchdog', ['signal child 1 with 6', 'signal child 1 with 18']],
    ['stop-sigkill', ['signal child 1 with 9']],
    ['final-sigterm', ['signal child 1 with 2', 'signal child 1 with 18']],
    ['final-watchdog', ['signal child 1 with 6', 'signal child 1 with 18']],
    ['final-sigkill', ['signal child 1 with 9']],
    ['failed', []],
  ]);
  assert.deepEqual(phases('none'), [['dead', []]]);
});

test('what a mixed service leaves behind is killed as soon as its main process is gone', () => {
  const rig = running({}, { KillMode: 'mixed' });
  rig.stop();
  rig.world.now += second;
  rig.killed(15, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['final-sigkill', ['signal group with 9', 'watch-group', 'arm timeout']]);
  rig.send({ event: 'group-empty' });
  assert.deepEqual([rig.look, rig.did], [{ active: 'inactive', sub: 'dead', result: 'success' }, ['remove-group', 'disarm timeout']]);
});

test('what a service leaves behind is signalled once more, after ExecStopPost=', () => {
  const rig = running({ ExecStopPost: [command('/t')] });
  rig.stop();
  rig.world.now += second;
  rig.killed(15, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['stop-post', ['spawn ExecStopPost /t', 'arm timeout']]);
  rig.world.now += second;
  rig.spawned().exited(0, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['final-sigterm', ['signal group with 15', 'watch-group', 'arm timeout']]);
});

test('KillMode=process leaves other processes alone, and the next start warns of them', () => {
  const rig = running({}, { KillMode: 'process' });
  rig.stop();
  rig.killed(15, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['dead', ['watch-group', 'disarm timeout']]);
  rig.start();
  assert.ok(rig.log.some((line) => line.includes('earlier run')));
});

test('SendSIGKILL=no refuses a start over processes that it may not kill', () => {
  const rig = running({}, { SendSIGKILL: false });
  rig.stop();
  rig.elapse('timeout').elapse('timeout');
  assert.deepEqual([rig.sub, rig.result], ['failed', 'timeout']);
  assert.equal(rig.start()?.refused, 'failed');
  rig.send({ event: 'group-empty' });
  assert.deepEqual(rig.did, ['remove-group']);
  assert.equal(rig.start(), undefined);
});

test('SendSIGHUP= adds a SIGHUP to the first signal only', () => {
  const rig = running({}, { SendSIGHUP: true });
  rig.stop();
  assert.deepEqual(rig.did, ['signal group with 15', 'signal group with 1', 'arm timeout']);
  rig.elapse('timeout');
  assert.deepEqual(rig.did, ['signal group with 9', 'arm timeout']);
  const main = running({}, { SendSIGHUP: true, KillMode: 'mixed' });
  main.stop();
  assert.deepEqual(main.did, ['signal child 1 with 15', 'signal child 1 with 1', 'signal child 1 with 18', 'arm timeout']);
});

test('RestartKillSignal= is sent when the stop is part of a restart', () => {
  const rig = running({}, { RestartKillSignal: 12 });
  rig.world.restartRequested = true;
  rig.stop();
  assert.deepEqual(rig.did, ['signal group with 12', 'arm timeout']);
});

test('a stop in the middle of a start goes straight to the signals', () => {
  const stages: readonly (readonly [Partial<ServiceSettings>, string])[] = [
    [{ ExecCondition: [command('/c')] }, 'condition'],
    [{ ExecStartPre: [command('/p')] }, 'start-pre'],
    [{ Type: 'oneshot' }, 'start'],
    [{ ExecStartPost: [command('/q')] }, 'start-post'],
  ];
  for (const [settings, sub] of stages) {
    const rig = new Rig(serviceType, serviceConfig({ ...settings, ExecStop: [command('/s')] }));
    rig.start();
    while (rig.sub !== sub) rig.spawned();
    rig.spawned();
    rig.stop();
    assert.deepEqual([rig.sub, rig.did.filter((words) => words.startsWith('spawn'))], ['stop-sigterm', []]);
  }
});

test('a command that a stop interrupts has failed, a daemon has not', () => {
  const oneshot = running({ Type: 'oneshot' });
  oneshot.stop();
  assert.deepEqual([oneshot.killed(15).sub, oneshot.result], ['failed', 'signal']);
  const daemon = running();
  daemon.stop();
  assert.deepEqual([daemon.killed(15).sub, daemon.result], ['dead', 'success']);
});

test('the exit of the main process reaches ExecStop= and ExecStopPost=', () => {
  const rig = running({ ExecStopPost: [command('/t')] });
  rig.killed(11, { how: 'dumped' });
  const spawn = rig.effects.find((effect) => effect.effect === 'spawn');
  assert.deepEqual(spawn?.request.environment, ['SERVICE_RESULT=core-dump', 'EXIT_CODE=dumped', 'EXIT_STATUS=SEGV']);
  const stopped = running({ ExecStop: [command('/s')] });
  stopped.stop();
  const stop = stopped.effects.find((effect) => effect.effect === 'spawn');
  assert.deepEqual(stop?.request.environment, ['MAINPID=1001', 'SERVICE_RESULT=success']);
});

test('ExecStop= waits until its last command is done, even after the main process has ended', () => {
  const rig = running({ ExecStop: [command('/s1'), command('/s2')] });
  rig.stop();
  rig.spawned().send({ event: 'exited', child: 1, how: 'exited', status: 0, missing: false, groupEmpty: false });
  assert.equal(rig.sub, 'stop');
  rig.world.now += second;
  rig.exited(0, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['stop', ['spawn ExecStop /s2', 'arm timeout']]);
  rig.spawned().exited();
  assert.deepEqual([rig.sub, rig.result], ['dead', 'success']);
});

test('ExitType=cgroup lives as long as any process of the group', () => {
  const rig = running({ ExitType: 'cgroup' });
  rig.exited(0, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['running', ['watch-group']]);
  rig.send({ event: 'group-empty' });
  assert.equal(rig.sub, 'dead');
});

test('RuntimeMaxSec= ends a service that runs too long', () => {
  const rig = running({ RuntimeMaxSec: 60 * second, RuntimeRandomizedExtraSec: 10 * second });
  assert.deepEqual(rig.timers.get('runtime'), 1065 * second);
  rig.elapse('runtime');
  assert.deepEqual([rig.sub, rig.result], ['stop-sigterm', 'timeout']);
});

test('an adopted main process is signalled by its pid', () => {
  const rig = new Rig(serviceType, serviceConfig({ Type: 'forking', GuessMainPID: true }));
  rig.start();
  rig.spawned().exited(0, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['start', ['guess-main']]);
  rig.send({ event: 'guessed', pid: 77 });
  assert.deepEqual([rig.sub, rig.did], ['running', ['adopt 77', 'disarm timeout']]);
  rig.stop();
  assert.deepEqual(rig.did, ['signal pid 77 with 15', 'signal pid 77 with 18', 'signal group with 15 except 77', 'arm timeout']);
});

/** Where each stage goes that takes too long: sub, mode, with SendSIGKILL=, without it. */
type Case = readonly [mode: 'terminate' | 'abort' | 'kill', withKill: string, withoutKill: string];

const late: Readonly<Record<string, readonly Case[]>> = {
  'start-pre': [
    ['terminate', 'stop-sigterm', 'stop-sigterm'],
    ['abort', 'stop-watchdog', 'stop-watchdog'],
    ['kill', 'stop-sigkill', 'stop-post'],
  ],
  start: [
    ['terminate', 'stop-sigterm', 'stop-sigterm'],
    ['abort', 'stop-watchdog', 'stop-watchdog'],
    ['kill', 'stop-sigkill', 'stop-post'],
  ],
  stop: [
    ['terminate', 'stop-sigterm', 'stop-sigterm'],
    ['abort', 'stop-watchdog', 'stop-watchdog'],
    ['kill', 'stop-sigkill', 'stop-post'],
  ],
  'stop-sigterm': [
    ['terminate', 'stop-sigkill', 'stop-post'],
    ['abort', 'stop-watchdog', 'stop-watchdog'],
    ['kill', 'stop-sigkill', 'stop-post'],
  ],
  'stop-post': [
    ['terminate', 'final-sigterm', 'final-sigterm'],
    ['abort', 'final-watchdog', 'final-watchdog'],
    ['kill', 'final-sigkill', 'failed'],
  ],
  'final-sigterm': [
    ['terminate', 'final-sigkill', 'failed'],
    ['abort', 'final-watchdog', 'final-watchdog'],
    ['kill', 'final-sigkill', 'failed'],
  ],
};

/** Brings a service into a stage whose processes hang. */
const into: Readonly<Record<string, (mode: Case[0], SendSIGKILL: boolean) => ReturnType<typeof running>>> = {
  'start-pre': (mode, SendSIGKILL) =>
    running({ ExecStartPre: [command('/p')], ExecStopPost: [command('/t')], TimeoutStartFailureMode: mode }, { SendSIGKILL }),
  start: (mode, SendSIGKILL) => running({ Type: 'notify', ExecStopPost: [command('/t')], TimeoutStartFailureMode: mode }, { SendSIGKILL }),
  stop: (mode, SendSIGKILL) => {
    const rig = running({ ExecStop: [command('/s')], ExecStopPost: [command('/t')], TimeoutStopFailureMode: mode }, { SendSIGKILL });
    rig.stop();
    return rig.spawned();
  },
  'stop-sigterm': (mode, SendSIGKILL) => {
    const rig = running({ ExecStopPost: [command('/t')], TimeoutStopFailureMode: mode }, { SendSIGKILL });
    rig.stop();
    return rig;
  },
  'stop-post': (mode, SendSIGKILL) =>
    running({ ExecStopPost: [command('/t')], TimeoutStopFailureMode: mode }, { SendSIGKILL })
      .exited()
      .spawned(),
  'final-sigterm': (mode, SendSIGKILL) =>
    running({ ExecStopPost: [command('/t')], TimeoutStopFailureMode: mode }, { SendSIGKILL })
      .exited()
      .spawned()
      .exited(0, { groupEmpty: false }),
};

for (const [sub, cases] of Object.entries(late)) {
  test(`${sub} that takes too long goes where its failure mode says`, () => {
    for (const [mode, withKill, withoutKill] of cases) {
      const outcomes = [true, false].map((SendSIGKILL) => {
        const rig = into[sub]?.(mode, SendSIGKILL);
        assert.ok(rig !== undefined && rig.sub === sub, `${rig?.sub} is not ${sub}`);
        rig.elapse('timeout');
        return [rig.sub, rig.result];
      });
      assert.deepEqual(outcomes, [
        [withKill, 'timeout'],
        [withoutKill, 'timeout'],
      ]);
    }
  });
}

test('an end of a timer that was moved meanwhile does not count', () => {
  const rig = running({ WatchdogSec: 10 * second });
  const before = rig.state;
  rig.world.now += second;
  rig.send({ event: 'elapsed', timer: 'watchdog' });
  assert.equal(rig.state, before);
});
