import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ExecContext, ExecRequest } from '../../src/exec/request.ts';
import type { OpName, Plan } from '../../src/exec/op.ts';
import { checkOrder } from '../../src/exec/order.ts';
import { compile } from '../../src/exec/plan.ts';
import { processRows } from '../../src/unit/settings/exec.ts';
import { initialValues } from '../../src/unit/settings/parts.ts';
import { sandboxRows } from '../../src/unit/settings/sandbox.ts';
import type { Row } from '../../src/unit/settings/setting.ts';
import { stdioRows } from '../../src/unit/settings/stdio.ts';
import { commandLine, daemonAccount, mainRequest, rootContext, serviceWith, userContext } from './example.ts';
import { settingLines } from './setting-lines.ts';

const everyLine = [...[...settingLines.values()].flat(), 'LimitNOFILE=512', 'LimitCORE=0', 'LimitNICE=30', 'LimitRTPRIO=5'];

/** Few settings, as most units have, or very many. */
const lines = fc.oneof(fc.subarray(everyLine, { maxLength: 8 }), fc.subarray(everyLine));

const requests: fc.Arbitrary<ExecRequest> = fc
  .record({
    lines,
    privilege: fc.constantFrom(
      'normal' as const,
      'normal' as const,
      'full' as const,
      'no-credentials' as const,
      'ambient-fallback' as const,
    ),
    list: fc.constantFrom('ExecStartPre' as const, 'ExecStart' as const, 'ExecStopPost' as const),
    main: fc.boolean(),
    idle: fc.boolean(),
    descriptors: fc.subarray([
      { held: 'a', name: 'a', attributes: ['user.a=b'] },
      { held: 'b', name: 'b', stored: true },
    ]),
    socket: fc.constantFrom('a'),
  })
  .map(({ lines: some, privilege, ...request }) =>
    mainRequest(serviceWith(some), { ...request, command: { ...commandLine('/bin/a'), privilege } }),
  );

/** All that a manager may know of the machine and its accounts, or not. */
const contexts: fc.Arbitrary<ExecContext> = fc
  .record({
    base: fc.constantFrom(rootContext, userContext),
    more: fc.subarray<Partial<ExecContext>>([
      { account: daemonAccount },
      { gid: 4 },
      { dynamicUid: 61184 },
      { supplementary: [29] },
      { space: { id: 'x', owner: 'x.service', tmp: { tmp: '/tmp/x', varTmp: '/var/tmp/x' }, root: '/var/lib/systemd/ephemeral-trees/x' } },
      { cgroup: '/sys/fs/cgroup/a.service' },
      {
        cgroupFacts: {
          slices: [{ path: 'a.slice', cgroup: { ...initialValues.cgroup, DevicePolicy: 'closed' } }],
          devices: { nodes: new Map(), drivers: [] },
          interfaces: new Map([['lo', 1]]),
        },
      },
      { fileOpenHook: { function: 1, flags: 0, inode: 8, fileSystem: 8, magic: 8, mark: 8 } },
      { numa: { nodes: [0], cpus: [0, 1] } },
      { handsOver: true },
      { osRelease: { ID: 'debian', VERSION_ID: '12' } },
    ]),
  })
  .map(({ base, more }): ExecContext => Object.assign({ ...base }, ...more));

test('each directive that decides over what a process is, and is carried out, is among those that are combined', () => {
  const rows: readonly (readonly [string, Row])[] = Object.entries<Row>({ ...processRows, ...sandboxRows, ...stdioRows });
  const carriedOut = rows.filter(([, row]) => row.row === 'setting' && (row.status ?? 'implemented') === 'implemented');
  assert.deepEqual(
    carriedOut.map(([name]) => name).filter((name) => !settingLines.has(name)),
    [],
  );
});

test('each line that is combined is one that the unit has afterwards', () => {
  const told = serviceWith(everyLine).diagnostics.map(({ line, message }) => `${everyLine[line - 3]}: ${message}`);
  assert.deepEqual(told, []);
});

test(
  'whatever settings are combined, no plan needs a privilege after it was given up, uses an empty slot, or goes on after its end',
  { timeout: 120_000 },
  () => {
    let made = 0;
    fc.assert(
      fc.property(requests, contexts, (request, context) => {
        const compiled = compile(request, context);
        if (!compiled.ok) return;
        made += 1;
        assert.deepEqual(checkOrder(compiled.value.plan), []);
      }),
      { numRuns: 300 },
    );
    assert.ok(made > 100, `${made} plans`);
  },
);

const has = (plan: Plan, ...names: readonly OpName[]): boolean => plan.some(({ op }) => names.includes(op));

/** What must be in the plan of a privileged manager's service that asks for it, whatever else it asks for. */
const restrictions: Readonly<Record<string, (plan: Plan) => boolean>> = {
  'NoNewPrivileges=yes': (plan) => has(plan, 'no-new-privileges'),
  'CapabilityBoundingSet=CAP_CHOWN': (plan) => has(plan, 'bounding-set'),
  'CapabilityBoundingSet=~CAP_SYS_ADMIN': (plan) => has(plan, 'bounding-set'),
  'SecureBits=noroot keep-caps': (plan) => has(plan, 'securebits', 'keep-capabilities'),
  'SystemCallFilter=@system-service': (plan) => has(plan, 'seccomp'),
  'SystemCallArchitectures=native': (plan) => has(plan, 'seccomp'),
  'RestrictAddressFamilies=AF_UNIX': (plan) => has(plan, 'seccomp'),
  'RestrictNamespaces=yes': (plan) => has(plan, 'seccomp'),
  'RestrictRealtime=yes': (plan) => has(plan, 'seccomp'),
  'RestrictSUIDSGID=yes': (plan) => has(plan, 'seccomp'),
  'LockPersonality=yes': (plan) => has(plan, 'seccomp'),
  'MemoryDenyWriteExecute=yes': (plan) => has(plan, 'seccomp'),
  'PrivateNetwork=yes': (plan) => has(plan, 'namespace', 'owned-namespace', 'enter-namespace'),
  'PrivateIPC=yes': (plan) => has(plan, 'namespace', 'owned-namespace', 'enter-namespace'),
  'PrivatePIDs=yes': (plan) => has(plan, 'private-pids'),
  'PrivateUsers=yes': (plan) => has(plan, 'user-namespace', 'enter-owner', 'enter-namespace'),
  'PrivateDevices=yes': (plan) => has(plan, 'devices'),
  'InaccessiblePaths=/boot': (plan) => has(plan, 'enter-root'),
  'ProtectSystem=strict': (plan) => has(plan, 'enter-root'),
  'ProtectHome=yes': (plan) => has(plan, 'enter-root'),
  'ProtectHostname=yes': (plan) => has(plan, 'unshare'),
  'LimitCORE=0': (plan) => has(plan, 'rlimit'),
  'UMask=0077': (plan) => has(plan, 'umask'),
  'User=daemon': (plan) => has(plan, 'uid'),
};

test('what a service may not do is in its plan, whatever else it asks for', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.subarray(everyLine), fc.constantFrom(...Object.keys(restrictions)), (some, restriction) => {
      // The one that is asked about comes last, as lists of the same directive may take back what was said before.
      const [key = ''] = restriction.split('=');
      const others = some.filter((line) => !line.startsWith(`${key}=`));
      const compiled = compile(mainRequest(serviceWith([...others, restriction])), {
        ...rootContext,
        account: daemonAccount,
        space: { id: 'x', owner: 'x.service' },
      });
      if (!compiled.ok || compiled.value.plan.at(-1)?.op !== 'exec') return;
      assert.ok(restrictions[restriction]?.(compiled.value.plan), restriction);
    }),
    { numRuns: 300 },
  );
});
