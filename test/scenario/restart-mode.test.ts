import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.ts';
import { SECOND, Simulation } from './simulation.ts';

const kinds = ['Restart=always', 'Restart=on-failure', 'Restart=on-success', 'Restart=on-abnormal', 'Restart=no'];
const limit = 4;

/** What a service of random settings comes to, whose runs end with these exit statuses. */
function outcomeOf(seed: number, mode: 'normal' | 'direct') {
  const random = new Random(seed);
  const exits = Array.from({ length: 8 }, () => random.one([0, 1, 1, 3]));
  const lists = ['SuccessExitStatus=3', 'RestartPreventExitStatus=3', 'RestartForceExitStatus=3'].filter(() => random.chance(0.25));
  const relation = random.one(['Requires', 'BindsTo', 'Wants']);
  const unit = `[Unit]\nStartLimitIntervalSec=1000\nStartLimitBurst=${limit}\nOnFailure=failed.service\n`;
  const service = [random.one(kinds), ...lists, 'RestartSec=1s', `RestartMode=${mode}`, 'ExecStart=/bin/ends'];
  const started = new Map<string, number>();
  const ends = (program: string, exit: (run: number) => number) => () => {
    const run = started.get(program) ?? 0;
    started.set(program, run + 1);
    return { runUsec: SECOND / 4, exit: exit(run) };
  };
  const simulation = new Simulation({
    units: {
      'a.service': `${unit}[Service]\n${service.join('\n')}\n`,
      'user.service': `[Unit]\n${relation}=a.service\nAfter=a.service\n[Service]\nExecStart=/bin/daemon-user\n`,
      'failed.service': '[Service]\nType=oneshot\nExecStart=/bin/told\n',
      'default.target': '',
    },
    programs: { '/bin/ends': ends('a', (run) => exits[run] ?? 0), '/bin/told': ends('failed', () => 0) },
  }).boot();
  assert.ok(simulation.manager.request('start', 'user.service', 'replace', 'a test').ok);
  let wasUp = false;
  let leftEarly = false;
  for (let step = 0; step < 70; step += 1) {
    simulation.clock.advance(SECOND / 10);
    const [user, restarted] = ['user.service', 'a.service'].map((name) => simulation.state(name).split(' ')[0]);
    wasUp ||= user === 'active';
    leftEarly ||= wasUp && user !== 'active' && (restarted === 'active' || restarted === 'activating');
  }
  return {
    relation,
    runs: started.get('a'),
    failures: started.get('failed') ?? 0,
    state: simulation.state('a.service'),
    result: simulation.manager.unit('a.service')?.result,
    leftEarly,
  };
}

test('OnFailure= is for the end of a service that fails for good, in either RestartMode=', () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const [normal, direct] = [outcomeOf(seed, 'normal'), outcomeOf(seed, 'direct')];
    const of = ({ runs, failures, state, result }: typeof normal) => ({ runs, failures, state, result });
    assert.deepEqual(of(direct), of(normal), `seed ${seed}`);
    assert.equal(normal.failures, normal.state === 'failed (failed)' ? 1 : 0, `seed ${seed}`);
  }
});

/** What became of the seeds in which something is bound to the service, and it was started again. */
function bound(mode: 'normal' | 'direct'): readonly ReturnType<typeof outcomeOf>[] {
  return Array.from({ length: 40 }, (_, index) => outcomeOf(index + 1, mode)).filter(
    ({ relation, runs = 0 }) => relation === 'BindsTo' && runs > 1,
  );
}

test('with RestartMode=direct what is bound to a service stays as long as that is started again, else it goes at the first end', () => {
  assert.deepEqual([...new Set(bound('direct').map(({ leftEarly }) => leftEarly))], [false]);
  assert.deepEqual([...new Set(bound('normal').map(({ leftEarly }) => leftEarly))], [true]);
});
