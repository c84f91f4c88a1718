import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainRequest, plan, rootContext, serviceConfig } from '../../test/exec/example.ts';
import { facts } from '../../test/unit/facts.ts';
import { Tree } from '../../test/unit/tree.ts';
import { readManagerConfig } from '../unit/manager-config.ts';
import type { UnitConfig } from '../unit/config.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { initialValues } from '../unit/settings/parts.ts';
import { type Inheritance, inheritanceOf, inheriting, shownInheritance } from './inheritance.ts';
import type { Op } from './op.ts';
import { checkOrder } from './order.ts';

test('what the files do not say is inherited by nobody, and nothing is another one for it', () => {
  assert.equal(said(''), undefined);
  const config = unit({});
  assert.equal(inheriting(config, undefined), config);
});

test('the bounding set of the manager is a limit of that of each service, also of one that would have all', () => {
  const from = said('CapabilityBoundingSet=~CAP_SYS_PTRACE CAP_KILL');
  assert.deepEqual(
    [bounding(from, {}), bounding(from, { CapabilityBoundingSet: [{ invert: true, capabilities: [] }] })],
    [without, without],
  );
  assert.equal(bounding(from, { CapabilityBoundingSet: [{ invert: false, capabilities: [KILL, CHOWN] }] }), 1n << BigInt(CHOWN));
  assert.equal(bounding(from, { CapabilityBoundingSet: [{ invert: false, capabilities: [] }] }), 0n);
});

test('a command without its unit’s sandbox keeps the limits of the manager', () => {
  const from = said('CapabilityBoundingSet=~CAP_SYS_PTRACE CAP_KILL\nNoNewPrivileges=yes\nSystemCallArchitectures=native\nCPUAffinity=0');
  const config = unit({ CapabilityBoundingSet: [{ invert: false, capabilities: [] }] });
  const request = mainRequest(config);
  const ops = plan(
    { ...request, command: { ...request.command, privilege: 'full' } },
    { ...rootContext, ...(from && { inherited: from }) },
  );
  assert.deepEqual(
    ops
      .filter(({ op }) => ['affinity', 'bounding-set', 'no-new-privileges', 'seccomp'].includes(op))
      .map((op) => (op.op === 'bounding-set' ? op.keep : op.op)),
    ['affinity', without, 'no-new-privileges', 'seccomp'],
  );
  assert.deepEqual(checkOrder(ops), []);
});

test('the rights of a user are not the manager’s to take', () => {
  assert.equal(said('CapabilityBoundingSet=CAP_KILL\nNoNewPrivileges=yes', 'user'), undefined);
  assert.deepEqual(said('TimerSlackNSec=5\nNoNewPrivileges=yes', 'user'), { TimerSlackNSec: 5 });
});

test('system calls of an architecture are for who may use it by both lists, and the native ones for all', () => {
  const from = said('SystemCallArchitectures=native x86');
  const of = (own: readonly string[]) => inheriting(unit({ SystemCallArchitectures: own }), from).exec?.SystemCallArchitectures;
  assert.deepEqual([of([]), of(['x86', 'x32']), of(['x32'])], [['native', 'x86'], ['x86'], ['native']]);
});

test('a default that a unit sets to what it is anyway is not the manager’s any more', () => {
  const from = said('DefaultRestrictSUIDSGID=yes\nDefaultOOMScoreAdjust=8');
  const plain = unit({}).exec;
  const own = unit({ RestrictSUIDSGID: false, OOMScoreAdjust: undefined }).exec;
  assert.ok(plain !== undefined && own !== undefined);
  const shown = [plain, own].map((exec) => shownInheritance(exec, from)).map((exec) => [exec.RestrictSUIDSGID, exec.OOMScoreAdjust]);
  assert.deepEqual(shown, [
    [true, 8],
    [false, undefined],
  ]);
});

const CHOWN = 0;
const KILL = 5;
const SYS_PTRACE = 19;
const without = ((1n << 41n) - 1n) & ~(1n << BigInt(KILL)) & ~(1n << BigInt(SYS_PTRACE));

function said(lines: string, scope: 'system' | 'user' = 'system', score?: number): Inheritance | undefined {
  const { manager, assigned } = readManagerConfig(new Tree({ '/c': `[Manager]\n${lines}\n` }), ['/c'], facts);
  return inheritanceOf(manager, assigned, scope, score);
}

/** As the loader makes it: what is set over what all units share. */
function unit(exec: Partial<ExecSettings>): UnitConfig {
  return { ...serviceConfig(), exec: Object.assign(Object.create(initialValues.exec), exec) };
}

function bounding(from: Inheritance | undefined, exec: Partial<ExecSettings>): bigint | undefined {
  const ops = plan(mainRequest(unit(exec)), { ...rootContext, ...(from && { inherited: from }) });
  const found = ops.find((op): op is Extract<Op, { readonly op: 'bounding-set' }> => op.op === 'bounding-set');
  return found?.keep;
}

test("what a user's manager starts is more likely to be killed for want of memory than the manager", () => {
  const scores = [
    said('', 'user', 200),
    said('', 'user', 950),
    said('', 'user'),
    said('DefaultOOMScoreAdjust=7', 'user', 200),
    said('', 'system', 0),
  ].map((from) => from?.DefaultOOMScoreAdjust);
  assert.deepEqual(scores, [300, 1000, undefined, 7, undefined]);
  assert.deepEqual([said('', 'user', 200)?.raisesScore, said('DefaultOOMScoreAdjust=7', 'user', 200)?.raisesScore], [true, undefined]);
});
