import assert from 'node:assert/strict';
import { test } from 'node:test';
import { swapType } from '../../src/type/swap.ts';
import { parseSwapTable } from '../../src/type/swap/parse.ts';
import type { SwapEntry } from '../../src/type/table.ts';
import type { SwapSettings } from '../../src/unit/settings/swap.ts';
import { swapOf } from '../unit/config.ts';
import { Rig, second } from './rig.ts';

const entry: SwapEntry = { table: 'swaps', what: '/dev/x', priority: -2 };

function rig(swap: Partial<SwapSettings> = {}) {
  return new Rig(swapType, swapOf(swap));
}

function active(swap: Partial<SwapSettings> = {}) {
  const unit = rig(swap);
  unit.start();
  return unit.spawned().send({ event: 'seen', entry }).exited();
}

test('a start runs swapon(8) with the priority and the options of the unit', () => {
  const commands = [
    {},
    { Priority: 5 },
    { Options: 'discard' },
    { Options: 'discard', Priority: 5 },
    { Options: 'pri=7', Priority: 5 },
  ].map((swap) => {
    const unit = rig(swap);
    unit.start();
    return unit.did[0];
  });
  assert.deepEqual(commands, [
    'spawn ExecActivate /sbin/swapon --fixpgsz /dev/x',
    'spawn ExecActivate /sbin/swapon --fixpgsz -o pri=5 /dev/x',
    'spawn ExecActivate /sbin/swapon --fixpgsz -o discard /dev/x',
    'spawn ExecActivate /sbin/swapon --fixpgsz -o discard,pri=5 /dev/x',
    'spawn ExecActivate /sbin/swapon --fixpgsz -o pri=7 /dev/x',
  ]);
});

test('it is active as soon as /proc/swaps has it, and stays so when the command ends', () => {
  const unit = rig();
  unit.start();
  unit.spawned().send({ event: 'seen', entry });
  assert.deepEqual(unit.look, { active: 'active', sub: 'activating-done', result: 'success' });
  unit.exited();
  assert.deepEqual([unit.sub, unit.timers.size, swapType.properties(unit.state, unit.config)['Priority']], ['active', 0, '-2']);
});

test('a stop runs swapoff(8), and what it cannot take off stays', () => {
  const unit = active();
  unit.stop();
  assert.deepEqual(unit.did, ['spawn ExecDeactivate /sbin/swapoff /dev/x', 'arm timeout']);
  unit.spawned().exited(255);
  assert.deepEqual(unit.look, { active: 'active', sub: 'active', result: 'exit-code' });
  const other = active();
  other.stop();
  other.spawned().send({ event: 'seen', entry: null }).exited();
  assert.deepEqual(other.look, { active: 'inactive', sub: 'dead', result: 'success' });
});

test('a command that fails or takes too long has failed', () => {
  const unit = rig();
  unit.start();
  unit.spawned().exited(1);
  assert.deepEqual(unit.look, { active: 'failed', sub: 'failed', result: 'exit-code' });
  const slow = rig({ TimeoutSec: second });
  slow.start();
  slow.spawned().elapse('timeout');
  assert.deepEqual([slow.sub, slow.did], ['deactivating-sigterm', ['signal group with 15', 'arm timeout']]);
  slow.elapse('timeout').killed(9);
  assert.deepEqual([slow.sub, slow.result], ['failed', 'timeout']);
});

test('what others swap to is followed, and beside another init not taken off', () => {
  const unit = rig();
  unit.send({ event: 'seen', entry });
  assert.equal(unit.sub, 'active');
  unit.world.ownsMachine = false;
  assert.deepEqual(unit.stop(), { refused: 'already' });
  unit.send({ event: 'seen', entry: null });
  assert.equal(unit.sub, 'dead');
});

test('in a container a start is refused as unsupported', () => {
  const unit = rig();
  unit.world.trouble = 'swap is not for containers';
  assert.deepEqual(unit.start(), { refused: 'unsupported', reason: 'swap is not for containers' });
});

test('/proc/swaps is read with its octal escapes', () => {
  const table =
    'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/sda5                               partition\t1048572\t\t0\t\t-2\n/a\\040file\tfile\t8\t0\t5\n';
  assert.deepEqual(
    [...parseSwapTable(table)],
    [
      ['dev-sda5.swap', { table: 'swaps', what: '/dev/sda5', priority: -2 }],
      ['a\\x20file.swap', { table: 'swaps', what: '/a file', priority: 5 }],
    ],
  );
});
