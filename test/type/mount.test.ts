import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mountType } from '../../src/type/mount.ts';
import type { MountEntry } from '../../src/type/table.ts';
import type { UnitConfig } from '../../src/unit/config.ts';
import type { MountSettings } from '../../src/unit/settings/mount.ts';
import { mountOf } from '../unit/config.ts';
import { Rig, second } from './rig.ts';

const entry: MountEntry = { table: 'mounts', where: '/a', what: '/dev/x', type: 'ext4', options: 'rw' };

function rig(mount: Partial<MountSettings> = {}, config: UnitConfig = mountOf(mount)) {
  return new Rig(mountType, config);
}

/** A mount that was started and is mounted. */
function mounted(mount: Partial<MountSettings> = {}) {
  const unit = rig(mount);
  unit.start();
  return unit.spawned().send({ event: 'seen', entry }).exited();
}

test('a start makes the mount point and runs mount(8); the mount table and the end of the command make it mounted', () => {
  const unit = rig({ Type: 'ext4', Options: 'noatime,nofail', SloppyOptions: true, ReadWriteOnly: true });
  unit.start();
  assert.deepEqual(unit.did, ['warn-not-empty', 'spawn ExecMount /bin/mount /dev/x /a -s -w -t ext4 -o noatime', 'arm timeout']);
  unit.spawned().send({ event: 'seen', entry });
  assert.equal(unit.sub, 'mounting-done');
  unit.exited();
  assert.deepEqual([unit.look, unit.timers.size], [{ active: 'active', sub: 'mounted', result: 'success' }, 0]);
});

test('a mount command that ends well without a mount is a breach of protocol', () => {
  const unit = rig();
  unit.start();
  unit.spawned().exited();
  assert.deepEqual(unit.look, { active: 'failed', sub: 'failed', result: 'protocol' });
});

test('each way in which the command fails is a result of its own, and a mount point that cannot be made is `resources`', () => {
  const results = (
    [
      [32, {}],
      [9, { how: 'killed' }],
      [233, { failedOp: 1, failure: 'Failed at step …' }],
      [203, { failedOp: 8, failure: 'Failed at step EXEC' }],
    ] as const
  ).map(([status, more]) => {
    const unit = rig();
    unit.start();
    unit.spawned().exited(status, more);
    return unit.result;
  });
  assert.deepEqual(results, ['exit-code', 'signal', 'resources', 'exit-code']);
});

test('a mount that takes too long is ended by SIGTERM, then by SIGKILL, and failed', () => {
  const unit = rig({ TimeoutSec: 5 * second });
  unit.start();
  unit.spawned().elapse('timeout');
  assert.deepEqual([unit.sub, unit.did], ['unmounting-sigterm', ['signal group with 15', 'arm timeout']]);
  unit.elapse('timeout');
  assert.deepEqual([unit.sub, unit.did], ['unmounting-sigkill', ['signal group with 9', 'arm timeout']]);
  unit.killed(9);
  assert.deepEqual([unit.sub, unit.result], ['failed', 'timeout']);
});

test('a stop unmounts, again and again while something is mounted there still', () => {
  const unit = mounted({ LazyUnmount: true, ForceUnmount: true });
  unit.stop();
  assert.deepEqual(unit.did, ['spawn ExecUnmount /bin/umount /a -c -l -f', 'arm timeout']);
  unit.spawned().exited();
  assert.deepEqual(unit.did, ['spawn ExecUnmount /bin/umount /a -c -l -f']);
  unit.spawned().send({ event: 'seen', entry: null }).exited();
  assert.deepEqual(unit.look, { active: 'inactive', sub: 'dead', result: 'success' });
});

test('what cannot be unmounted in 33 attempts stays mounted', () => {
  const unit = mounted();
  unit.stop();
  let attempts = 1;
  while (unit.spawned().exited().sub === 'unmounting') attempts += 1;
  assert.deepEqual([unit.sub, attempts], ['mounted', 33]);
});

test('an umount command that fails leaves the mount, and its result', () => {
  const unit = mounted();
  unit.stop();
  unit.spawned().exited(32);
  assert.deepEqual(unit.look, { active: 'active', sub: 'mounted', result: 'exit-code' });
});

test('an umount command that fails does not matter where the mount is gone', () => {
  const unit = mounted();
  unit.stop();
  unit.spawned().send({ event: 'seen', entry: null }).exited(32);
  assert.deepEqual([unit.sub, unit.result], ['dead', 'success']);
});

test('a reload mounts anew with the options of the file, and a failure leaves the mount', () => {
  const unit = mounted({ Options: 'ro' });
  unit.reload();
  assert.deepEqual(unit.did, ['spawn ExecRemount /bin/mount /dev/x /a -o remount,ro', 'arm timeout']);
  unit.spawned().exited(32);
  assert.deepEqual([unit.look, unit.did], [{ active: 'active', sub: 'mounted', result: 'success' }, ['disarm timeout', 'reload-failed']]);
});

test('a reload that takes too long is ended, and the mount stays', () => {
  const unit = mounted();
  unit.reload();
  unit.spawned().elapse('timeout');
  assert.equal(unit.sub, 'remounting-sigterm');
  unit.killed(15);
  assert.deepEqual([unit.sub, unit.result, unit.did.includes('reload-failed')], ['mounted', 'success', true]);
});

test('what others mount and unmount, the unit follows', () => {
  const unit = rig();
  unit.send({ event: 'seen', entry });
  assert.deepEqual(unit.look, { active: 'active', sub: 'mounted', result: 'success' });
  unit.send({ event: 'seen', entry: { ...entry, options: 'ro' } });
  assert.equal(mountType.properties(unit.state, unit.config)['Options'], 'ro');
  unit.send({ event: 'seen', entry: null });
  assert.deepEqual(unit.look, { active: 'inactive', sub: 'dead', result: 'success' });
});

test('a mount that is gone before its command ends has failed with it', () => {
  const unit = rig();
  unit.start();
  unit.spawned().send({ event: 'seen', entry }).send({ event: 'seen', entry: null });
  assert.equal(unit.sub, 'mounting');
  unit.exited(1);
  assert.deepEqual([unit.sub, unit.result], ['failed', 'exit-code']);
});

test('what is mounted without a unit file can be unmounted and not mounted anew', () => {
  const { fragment: _, ...config } = mountOf({});
  const unit = rig({}, config);
  unit.send({ event: 'seen', entry });
  unit.reload();
  assert.deepEqual([unit.sub, unit.did.includes('reload-failed')], ['mounted', true]);
  unit.stop();
  unit.spawned().send({ event: 'seen', entry: null }).exited();
  assert.equal(unit.sub, 'dead');
  unit.start();
  assert.deepEqual([unit.sub, unit.result], ['failed', 'resources']);
});

test('beside another init, what others mounted is not unmounted', () => {
  const unit = rig();
  unit.world.ownsMachine = false;
  unit.send({ event: 'seen', entry });
  assert.deepEqual(unit.stop(), { refused: 'already' });
  const own = mounted();
  own.world.ownsMachine = false;
  assert.equal(own.stop(), undefined);
});

test('whatever happens in whatever order, a mount without a process is where the mount table says', () => {
  const happening = fc.constantFrom('start', 'stop', 'reload', 'seen', 'gone', 'spawned', 'exit 0', 'exit 1', 'elapse', 'reset');
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
      const unit = rig();
      let isThere = false;
      for (const what of happenings) {
        if (what === 'seen' || what === 'gone') isThere = what === 'seen';
        if (what === 'start' && unit.look.active !== 'deactivating' && unit.look.active !== 'reloading') unit.start();
        if (what === 'stop') unit.stop();
        if (what === 'reload' && unit.sub === 'mounted') unit.reload();
        if (what === 'seen') unit.send({ event: 'seen', entry });
        if (what === 'gone') unit.send({ event: 'seen', entry: null });
        if (what === 'spawned' && unit.unborn.has(unit.child)) unit.spawned();
        if (what.startsWith('exit') && unit.children.has(unit.child)) unit.exited(Number(what.slice(5)));
        if (what === 'elapse' && unit.timers.has('timeout')) unit.elapse('timeout');
        if (what === 'reset') unit.send({ event: 'reset-failed' });
        if (unit.sub === 'mounted') assert.equal(isThere, true);
        if (unit.sub === 'dead' || unit.sub === 'failed') assert.equal(isThere, false);
        assert.equal(unit.timers.size, unit.look.active.endsWith('ing') ? 1 : 0);
      }
    }),
  );
});
