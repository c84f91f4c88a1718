import assert from 'node:assert/strict';
import { test } from 'node:test';
import { automountType } from '../../src/type/automount.ts';
import { parseAutofsPacket } from '../../src/type/automount/packet.ts';
import type { Effect, Look } from '../../src/type/type.ts';
import type { AutomountSettings } from '../../src/unit/settings/automount.ts';
import { automountOf } from '../unit/config.ts';
import { Rig, second } from './rig.ts';

const point = { type: 'autofs', device: 0x60 };

/** A packet as the kernel writes it: it wants the mount (5) or its end (6). */
function packet(type: number, token: number): Uint8Array {
  const bytes = new Uint8Array(304);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [5, type, token, point.device].entries()) view.setUint32(at * 4, value, true);
  view.setUint32(32, 77, true);
  return bytes;
}

/** An automount that was set up and waits. */
function waiting(automount: Partial<AutomountSettings> = {}) {
  const unit = new Rig(automountType, automountOf(automount));
  unit.start();
  unit.world.mountAt = point;
  return unit.exited();
}

function asks(unit: Rig<unknown>, type: number, token: number): void {
  unit.send({ event: 'data', bytes: packet(type, token), errno: 0 });
}

function mountIs(unit: Rig<unknown>, sub: string, more: Partial<Look> = {}): void {
  const look: Look = { active: 'active', sub, result: 'success', ...more };
  unit.send({ event: 'triggered-changed', unit: 'a.mount', look, hasJob: false });
}

/** The answers to the kernel among the effects: token and errno. */
function answered(effects: readonly Effect[]): readonly (readonly [number, number])[] {
  const ops = effects.flatMap((effect) => (effect.effect === 'run' ? effect.plan : []));
  return ops.flatMap((op) => (op.op === 'autofs-answer' ? [[op.token, op.error] as const] : []));
}

test('who looks below the point waits until the mount is there', () => {
  const unit = waiting();
  assert.deepEqual([unit.sub, unit.did], ['waiting', ['poll automount/a.automount']]);
  unit.send({ event: 'readable', name: 'automount/a.automount' });
  asks(unit, 5, 1);
  assert.deepEqual(unit.did, ['poll automount/a.automount', 'trigger start a.mount']);
  asks(unit, 5, 2);
  mountIs(unit, 'mounting');
  assert.deepEqual([unit.sub, answered(unit.effects)], ['running', []]);
  mountIs(unit, 'mounted');
  assert.deepEqual(answered(unit.effects), [
    [1, 0],
    [2, 0],
  ]);
});

test('a mount that fails lets go who waits, with an error', () => {
  const unit = waiting();
  asks(unit, 5, 1);
  mountIs(unit, 'failed');
  assert.deepEqual([unit.sub, answered(unit.effects)], ['waiting', [[1, 19]]]);
});

test('who asks when the mount is there already, or a stop is wanted, is answered at once', () => {
  const unit = waiting();
  unit.world.mountAt = { type: 'tmpfs', device: 1 };
  asks(unit, 5, 1);
  assert.deepEqual([unit.sub, answered(unit.effects)], ['waiting', [[1, 0]]]);
  unit.world.stopRequested = true;
  asks(unit, 5, 2);
  assert.deepEqual(answered(unit.effects), [[2, 112]]);
});

test('an idle mount is asked for in a third of its time, and unmounted when the kernel says so', () => {
  const unit = waiting({ TimeoutIdleSec: 9 * second });
  asks(unit, 5, 1);
  mountIs(unit, 'mounted');
  assert.equal(unit.timers.get('expire'), unit.world.now + 3 * second);
  unit.elapse('expire');
  assert.deepEqual(unit.did, ['run 1 ops']);
  const expirer = unit.child;
  asks(unit, 6, 2);
  assert.ok(unit.did.includes('trigger stop a.mount'));
  mountIs(unit, 'dead', { active: 'inactive' });
  assert.deepEqual([unit.sub, answered(unit.effects)], ['waiting', [[2, 0]]]);
  unit.exited(0, { child: expirer });
  assert.equal(unit.timers.size, 0);
});

test('a mount that stays is said to stay, and asked for again', () => {
  const unit = waiting({ TimeoutIdleSec: 9 * second });
  mountIs(unit, 'mounted');
  unit.elapse('expire');
  const expirer = unit.child;
  asks(unit, 6, 2);
  mountIs(unit, 'mounted');
  assert.deepEqual(answered(unit.effects), [[2, 19]]);
  unit.exited(0, { child: expirer });
  assert.equal(unit.timers.has('expire'), true);
});

test('a stop closes the pipe, lets go who waits, and unmounts', () => {
  const unit = waiting();
  asks(unit, 5, 1);
  unit.stop();
  assert.deepEqual(
    [unit.sub, unit.did, answered(unit.effects)],
    ['unsetting', ['disarm expire', 'close automount/a.automount', 'run 2 ops'], [[1, 112]]],
  );
  unit.exited();
  assert.deepEqual(unit.look, { active: 'inactive', sub: 'dead', result: 'success' });
});

test('a point whose mount may not be started or stopped fails, and lets go who waits', () => {
  for (const kind of [5, 6]) {
    const unit = waiting();
    asks(unit, kind, 7);
    unit.send({ event: 'trigger-refused', reason: 'Transaction order is cyclic' });
    assert.deepEqual([unit.sub, answered(unit.effects)], ['unsetting', [[7, 112]]]);
    unit.exited();
    assert.deepEqual(unit.look, { active: 'failed', sub: 'failed', result: 'resources' });
  }
});

test('a point that somebody else unmounts, that cannot be made, or whose mount is started too often, has failed', () => {
  const torn = waiting();
  torn.send({ event: 'data', bytes: new Uint8Array(), errno: 0 }).exited();
  const refused = new Rig(automountType, automountOf({}));
  refused.start();
  refused.exited(202, { failure: 'Failed at step …' }).exited();
  const often = waiting();
  mountIs(often, 'failed', { startLimitHit: true });
  often.exited();
  assert.deepEqual(
    [torn, refused, often].map((unit) => `${unit.sub} ${unit.result}`),
    ['failed unmounted', 'failed resources', 'failed mount-start-limit-hit'],
  );
});

test('where there is no autofs, a start is refused as unsupported; where something is mounted, as failed', () => {
  const unit = new Rig(automountType, automountOf({}));
  unit.world.trouble = 'there is no /dev/autofs here';
  assert.deepEqual(unit.start(), { refused: 'unsupported', reason: 'there is no /dev/autofs here' });
  unit.world.trouble = undefined;
  unit.world.mountAt = { type: 'tmpfs', device: 1 };
  assert.equal(unit.start()?.refused, 'failed');
});

test('what is no packet of the protocol is nothing', () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(43), new Uint8Array(304), packet(3, 1)])
    assert.equal(parseAutofsPacket(bytes), undefined);
});
