import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathType } from '../../src/type/path.ts';
import type { PathState } from '../../src/type/path/state.ts';
import type { Triggered } from '../../src/type/type.ts';
import type { PathSettings, Watch } from '../../src/unit/settings/path.ts';
import { pathOf } from '../unit/config.ts';
import { Rig, second } from './rig.ts';

const down: Triggered = { active: 'inactive', sub: 'dead', result: 'success', load: 'loaded' };
const up: Triggered = { ...down, active: 'active', sub: 'running' };

function rig(watches: readonly Watch[], settings: Partial<PathSettings> = {}): Rig<PathState> {
  const made = new Rig(pathType, pathOf({ Watch: watches, ...settings }));
  made.world.triggered = down;
  return made;
}

/** A path unit whose watches are made. */
function waiting(watches: readonly Watch[], settings: Partial<PathSettings> = {}): Rig<PathState> {
  const made = rig(watches, settings);
  made.start();
  made.exited();
  return made;
}

function unitIs(path: Rig<PathState>, state: Triggered): void {
  path.world.triggered = state;
  path.send({ event: 'triggered-changed', unit: 'a.service', look: state, hasJob: false });
}

const fileExists: Watch = { kind: 'PathExists', path: '/run/a' };
const fileChanged: Watch = { kind: 'PathChanged', path: '/run/b' };

test('a path unit is active only when its watches are made, and polls them then', () => {
  const path = rig([fileExists, fileChanged]);
  assert.equal(path.start(), undefined);
  assert.deepEqual([path.look.active, path.sub, path.did], ['activating', 'waiting', ['run 7 ops']]);
  path.exited();
  assert.deepEqual(
    [path.look.active, path.sub, path.did],
    ['active', 'waiting', ['poll-drain path/a.path/1/above', 'poll-drain path/a.path/1/1']],
  );
});

test('a path that is there starts the unit at once, and again whenever the unit is done', () => {
  const path = rig([fileExists]);
  path.world.files.add('/run/a');
  path.start();
  path.exited();
  assert.deepEqual([path.sub, path.did], ['running', ['trigger start a.service', 'close path/a.path/1/above']]);
  unitIs(path, up);
  unitIs(path, down);
  assert.deepEqual([path.sub, path.did], ['running', ['trigger start a.service']]);
  path.world.files.delete('/run/a');
  unitIs(path, down);
  assert.deepEqual([path.sub, path.did], ['running', ['run 4 ops']]);
  path.exited();
  assert.deepEqual([path.sub, path.did], ['waiting', ['poll-drain path/a.path/2/above']]);
});

test('what comes while the watches are made is seen', () => {
  for (const watch of [fileExists, { ...fileChanged, path: '/run/a' }]) {
    const path = rig([watch]);
    path.start();
    path.world.files.add('/run/a');
    path.exited();
    assert.equal(path.sub, watch.kind === 'PathExists' ? 'running' : 'waiting', watch.kind);
  }
});

test('PathChanged= starts the unit when the path itself tells, not because it is there', () => {
  const path = waiting([fileExists, fileChanged]);
  path.world.files.add('/run/b');
  path.send({ event: 'readable', name: 'path/a.path/1/1' });
  assert.deepEqual([path.sub, path.did[0]], ['running', 'trigger start a.service']);
  unitIs(path, down);
  path.exited();
  assert.equal(path.sub, 'waiting');
});

test('PathChanged= starts the unit when the path comes or goes, which what leads to it tells', () => {
  const path = waiting([fileChanged]);
  path.send({ event: 'readable', name: 'path/a.path/1/above' });
  assert.deepEqual([path.sub, path.did], ['waiting', ['poll-drain path/a.path/1/above', 'poll-drain path/a.path/1/0']]);
  path.world.files.add('/run/b');
  path.send({ event: 'readable', name: 'path/a.path/1/above' });
  assert.equal(path.sub, 'running');
});

test('where another file leads to the path, the watches are made anew, and the old ones tell until then', () => {
  const path = waiting([fileChanged]);
  path.world.trail = ' moved';
  path.send({ event: 'readable', name: 'path/a.path/1/above' });
  assert.deepEqual([path.sub, path.did], ['waiting', ['run 6 ops']]);
  const old = path.state.memory.held;
  path.exited();
  assert.deepEqual(path.did, [
    'close path/a.path/1/above',
    'close path/a.path/1/0',
    'poll-drain path/a.path/2/above',
    'poll-drain path/a.path/2/0',
  ]);
  assert.deepEqual(old.length, 4);
  const another = waiting([fileChanged]);
  another.world.trail = ' moved';
  another.send({ event: 'readable', name: 'path/a.path/1/above' });
  another.send({ event: 'readable', name: 'path/a.path/1/0' });
  assert.equal(another.sub, 'running');
  another.exited();
  assert.deepEqual([another.sub, another.did], ['running', ['close path/a.path/2/above', 'close path/a.path/2/0']]);
});

test('a unit that is up already is waited for, and one that comes up by itself ends the watching', () => {
  const path = rig([fileExists]);
  path.world.triggered = up;
  path.start();
  path.exited();
  assert.deepEqual([path.sub, path.did], ['running', ['close path/a.path/1/above']]);
  unitIs(path, down);
  path.exited();
  assert.equal(path.sub, 'waiting');
  unitIs(path, up);
  assert.deepEqual([path.sub, path.did], ['running', ['close path/a.path/2/above']]);
});

test('too many activations, and a unit that was started too often, fail the path unit', () => {
  const limited = rig([fileExists], { TriggerLimitBurst: 2, TriggerLimitIntervalSec: second });
  limited.world.files.add('/run/a');
  limited.start();
  limited.exited();
  unitIs(limited, down);
  unitIs(limited, down);
  assert.deepEqual(
    [limited.sub, limited.result, limited.log[0]],
    ['failed', 'trigger-limit-hit', 'a.path: Trigger limit hit, refusing further activation.'],
  );
  const refused = waiting([fileExists]);
  unitIs(refused, { ...down, active: 'failed', startLimitHit: true });
  assert.deepEqual([refused.sub, refused.result], ['failed', 'unit-start-limit-hit']);
});

test('the limit counts anew when its interval is over', () => {
  const path = rig([fileExists], { TriggerLimitBurst: 1, TriggerLimitIntervalSec: second });
  path.world.files.add('/run/a');
  path.start();
  path.exited();
  path.world.now += second;
  unitIs(path, down);
  assert.equal(path.sub, 'running');
});

test('watches that cannot be made fail the unit', () => {
  const path = rig([fileExists]);
  path.start();
  path.exited(202, { failure: 'Failed at step FDS: Not a directory' });
  assert.deepEqual([path.look.active, path.result], ['failed', 'resources']);
});

test('a unit that is not loaded, or whose job cannot be queued, and a stop that waits', () => {
  const path = rig([fileExists]);
  path.world.triggered = { ...down, load: 'masked' };
  assert.deepEqual(path.start(), { refused: 'failed', reason: 'unit a.service to trigger not loaded' });
  const refused = waiting([fileExists]);
  refused.world.files.add('/run/a');
  refused.send({ event: 'readable', name: 'path/a.path/1/above' }).send({ event: 'trigger-refused', reason: 'no' });
  assert.deepEqual([refused.sub, refused.result], ['failed', 'resources']);
  const stopping = waiting([fileExists]);
  stopping.world.files.add('/run/a');
  stopping.world.stopRequested = true;
  stopping.send({ event: 'readable', name: 'path/a.path/1/above' });
  assert.deepEqual([stopping.sub, stopping.did], ['waiting', []]);
  stopping.stop();
  assert.deepEqual([stopping.sub, stopping.did], ['dead', ['close path/a.path/1/above']]);
});

test('a unit that is stopped while its watches are made lets go of them when they come', () => {
  const path = rig([fileChanged]);
  path.start();
  path.stop();
  path.exited();
  assert.deepEqual([path.sub, path.did], ['dead', ['close path/a.path/1/above', 'close path/a.path/1/0']]);
});

test('MakeDirectory= makes what is watched, but not what is to appear', () => {
  const path = rig([fileExists, { kind: 'DirectoryNotEmpty', path: '/run/spool' }], { MakeDirectory: true });
  path.start();
  assert.deepEqual(path.did, ['run 7 ops']);
  path.exited();
  path.world.files.add('/run/spool/job');
  path.send({ event: 'readable', name: 'path/a.path/1/above' });
  assert.equal(path.sub, 'running');
});
