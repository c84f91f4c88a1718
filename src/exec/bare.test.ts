import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rootContext } from '../../test/exec/example.ts';
import { inheritedOps } from './bare.ts';
import { checkOrder } from './order.ts';

test('a program of no unit has from the manager what it can never shake off, but no defaults of units', () => {
  assert.deepEqual(inheritedOps(rootContext), []);
  const ops = inheritedOps({
    ...rootContext,
    inherited: {
      CPUAffinity: [[0]],
      TimerSlackNSec: 77,
      CapabilityBoundingSet: [{ invert: true, capabilities: [5] }],
      NoNewPrivileges: true,
      SystemCallArchitectures: ['native'],
      DefaultOOMScoreAdjust: 9,
      DefaultSmackProcessLabel: 'label',
      DefaultRestrictSUIDSGID: true,
    },
  });
  assert.deepEqual(
    ops.map(({ op }) => op),
    ['affinity', 'timer-slack', 'bounding-set', 'no-new-privileges', 'seccomp'],
  );
  assert.deepEqual(checkOrder([...ops, { op: 'exec', paths: ['/bin/true'], argv: ['true'], env: [] }]), []);
});
