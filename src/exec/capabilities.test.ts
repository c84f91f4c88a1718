import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAccount, mainRequest, plan, rootContext, serviceConfig } from '../../test/exec/example.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { OpName } from './op.ts';
import { checkOrder } from './order.ts';
import { renderOp } from './render.ts';

const looked: ReadonlySet<OpName> = new Set<OpName>(['bounding-set', 'ambient', 'keep-capabilities', 'uid', 'securebits']);

function ops(exec: Partial<ExecSettings>): readonly string[] {
  return plan(mainRequest(serviceConfig(exec)), { ...rootContext, account: daemonAccount })
    .filter(({ op }) => looked.has(op))
    .map(renderOp);
}

const bind = [{ invert: false, capabilities: [10] }];

test('ambient capabilities are raised again behind the change of the user, which empties them', () => {
  assert.deepEqual(ops({ User: 'daemon', AmbientCapabilities: bind, CapabilityBoundingSet: bind, SecureBits: ['noroot'] }), [
    'bounding-set cap_net_bind_service',
    'ambient cap_net_bind_service',
    'keep-capabilities',
    'uid 1',
    'ambient cap_net_bind_service',
  ]);
});

test('without a change of the user nothing is kept', () => {
  assert.deepEqual(ops({ AmbientCapabilities: bind, SecureBits: ['noroot'] }), ['ambient cap_net_bind_service', 'securebits noroot']);
});

test('an empty CapabilityBoundingSet= drops all', () => {
  assert.deepEqual(ops({ CapabilityBoundingSet: [{ invert: false, capabilities: [] }] }), ['bounding-set none']);
});

test('the order of capabilities is judged', () => {
  const uid = { op: 'uid', uid: 1 } as const;
  assert.deepEqual(
    checkOrder([
      { op: 'ambient', set: 1n },
      { op: 'bounding-set', keep: 1n },
      { op: 'keep-capabilities', bits: 0 },
      { op: 'gid', gid: 1 },
      uid,
      { op: 'ambient', set: 3n },
    ]),
    ['ambient after uid, but not before it', 'keep-capabilities without uid behind it', 'ambient before bounding-set'],
  );
});
