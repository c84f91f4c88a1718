import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { commandLine, daemonAccount, mainRequest, rootContext, serviceConfig, userContext } from '../../test/exec/example.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { initialValues } from '../unit/settings/parts.ts';
import type { InputSource, OutputTarget } from '../unit/values/types.ts';
import { checkOrder } from './order.ts';
import { compile } from './plan.ts';
import { delegatedNamespaces } from './seccomp/namespaces.ts';
import type { ExecContext, ExecRequest } from './request.ts';

const inputs: readonly InputSource[] = [
  { kind: 'null' },
  { kind: 'tty' },
  { kind: 'data' },
  { kind: 'socket' },
  { kind: 'file', path: '/io' },
  { kind: 'fd', name: 'a' },
];

const outputs: readonly (OutputTarget | undefined)[] = [
  undefined,
  { kind: 'inherit' },
  { kind: 'null' },
  { kind: 'tty' },
  { kind: 'journal' },
  { kind: 'kmsg+console' },
  { kind: 'socket' },
  { kind: 'file', path: '/io' },
  { kind: 'append', path: '/io' },
  { kind: 'fd', name: 'a' },
];

const directories = fc.array(fc.constantFrom({ path: 'a', symlinks: [] }, { path: 'b/c', symlinks: ['d'] }), { maxLength: 2 });

const settings: fc.Arbitrary<Partial<ExecSettings>> = fc.record({
  User: fc.constantFrom('', 'daemon'),
  Group: fc.constantFrom('', 'adm'),
  DynamicUser: fc.boolean(),
  SupplementaryGroups: fc.constantFrom<readonly string[]>([], ['audio']),
  WorkingDirectory: fc.constantFrom(undefined, { path: '~', missingOk: false }, { path: '/srv', missingOk: true }),
  RootDirectory: fc.constantFrom('', '/jail'),
  NoNewPrivileges: fc.boolean(),
  Nice: fc.constantFrom(undefined, 5),
  OOMScoreAdjust: fc.constantFrom(undefined, 5),
  IOSchedulingPriority: fc.constantFrom(undefined, 5),
  UMask: fc.constantFrom(undefined, 0o077),
  CPUSchedulingPolicy: fc.constantFrom(undefined, 'rr'),
  CPUAffinity: fc.constantFrom<readonly (readonly number[] | 'numa')[]>([], [[0, 70]], ['numa']),
  KeyringMode: fc.constantFrom(undefined, 'shared' as const, 'inherit' as const),
  CapabilityBoundingSet: fc.constantFrom<ExecSettings['CapabilityBoundingSet']>([], [{ invert: true, capabilities: [21] }]),
  AmbientCapabilities: fc.constantFrom<ExecSettings['AmbientCapabilities']>([], [{ invert: false, capabilities: [10] }]),
  PAMName: fc.constantFrom('', 'login'),
  SecureBits: fc.constantFrom(undefined, [], ['noroot']),
  StandardInput: fc.constantFrom(...inputs),
  StandardOutput: fc.constantFrom(...outputs),
  StandardError: fc.constantFrom(...outputs),
  StandardInputData: fc.constantFrom(undefined, new Uint8Array(3)),
  RuntimeDirectory: directories,
  ConfigurationDirectory: directories,
  SystemCallFilter: fc.constantFrom<ExecSettings['SystemCallFilter']>([], [{ invert: false, rules: [{ name: '@system-service' }] }]),
  RestrictRealtime: fc.boolean(),
  RestrictFileSystems: fc.constantFrom<ExecSettings['RestrictFileSystems']>([], [{ invert: true, names: ['proc'] }]),
  ProtectHostname: fc.constantFrom('', 'yes'),
});

const prefixed = fc.constantFrom<ExecSettings['ReadOnlyPaths']>(
  [],
  [{ path: '/srv', ignoreMissing: false, relativeToRoot: false }],
  [{ path: '/jail/a', ignoreMissing: true, relativeToRoot: false }],
  [{ path: '/a', ignoreMissing: true, relativeToRoot: true }],
);
const binds = fc.constantFrom<ExecSettings['BindPaths']>([], [{ source: '/a', destination: '/b', ignoreMissing: true, recursive: true }]);

/** Each setting that changes what the process sees, in each of its forms. */
const sandboxes: fc.Arbitrary<Partial<ExecSettings>> = fc.record({
  RootImage: fc.constantFrom('', '/image'),
  MountAPIVFS: fc.constantFrom(undefined, true, false),
  MountFlags: fc.constantFrom(undefined, 'shared', 'slave', 'private'),
  MountImages: fc.constantFrom<ExecSettings['MountImages'][]>(
    [],
    [{ source: '/image', destination: '/mnt', ignoreMissing: true, options: [{ partition: 'root', options: 'ro' }] }],
  ),
  ExtensionDirectories: prefixed,
  BindPaths: binds,
  BindReadOnlyPaths: binds,
  ReadWritePaths: prefixed,
  ReadOnlyPaths: prefixed,
  InaccessiblePaths: prefixed,
  ExecPaths: prefixed,
  NoExecPaths: prefixed,
  TemporaryFileSystem: fc.constantFrom([], [{ path: '/srv', options: 'ro' }]),
  PrivateTmp: fc.constantFrom<ExecSettings['PrivateTmp']>(true, false, 'disconnected'),
  PrivateDevices: fc.boolean(),
  PrivateNetwork: fc.boolean(),
  PrivateIPC: fc.boolean(),
  PrivatePIDs: fc.boolean(),
  PrivateUsers: fc.constantFrom<ExecSettings['PrivateUsers']>(true, false, 'self', 'identity', 'full'),
  PrivateMounts: fc.constantFrom(undefined, true, false),
  BindLogSockets: fc.constantFrom(undefined, true, false),
  UserNamespacePath: fc.constantFrom('', '/run/userns/a'),
  SELinuxContext: fc.constantFrom('', 'a_t', '-a_t'),
  AppArmorProfile: fc.constantFrom('', 'a', '-a'),
  SmackProcessLabel: fc.constantFrom('', 'a', '-a'),
  NetworkNamespacePath: fc.constantFrom('', '/run/netns/a'),
  IPCNamespacePath: fc.constantFrom('', '/run/ipcns/a'),
  ProtectSystem: fc.constantFrom<ExecSettings['ProtectSystem']>(true, false, 'full', 'strict'),
  ProtectHome: fc.constantFrom<ExecSettings['ProtectHome']>(true, false, 'read-only', 'tmpfs'),
  ProtectKernelTunables: fc.boolean(),
  ProtectKernelModules: fc.boolean(),
  ProtectKernelLogs: fc.boolean(),
  ProtectControlGroups: fc.constantFrom<ExecSettings['ProtectControlGroups']>(true, false, 'private', 'strict'),
  ProtectHostname: fc.constantFrom('', 'no', 'yes', 'private:a'),
  DelegateNamespaces: fc.constantFrom<ExecSettings['DelegateNamespaces']>(
    [],
    [true],
    [{ invert: false, names: ['mnt', 'net'] }],
    [{ invert: true, names: ['net', 'uts'] }],
    [{ invert: false, names: ['ipc', 'cgroup'] }],
  ),
  PrivateBPF: fc.boolean(),
  BPFDelegateCommands: fc.constantFrom(undefined, 32n),
  ProtectProc: fc.constantFrom(undefined, 'default', 'invisible'),
  ProcSubset: fc.constantFrom(undefined, 'all', 'pid'),
});

const everything = fc
  .tuple(settings, fc.oneof(fc.constant({}), sandboxes))
  .map(([some, more]): Partial<ExecSettings> => ({ ...some, ...more }));

const requests: fc.Arbitrary<ExecRequest> = fc
  .record({
    exec: everything,
    privilege: fc.constantFrom('normal' as const, 'full' as const, 'no-credentials' as const, 'ambient-fallback' as const),
    list: fc.constantFrom('ExecStartPre' as const, 'ExecStart' as const, 'ExecStop' as const),
    main: fc.boolean(),
    idle: fc.boolean(),
    descriptors: fc.array(fc.constantFrom({ held: 'a', name: 'a' }, { held: 'b', name: 'b', stored: true }), { maxLength: 3 }),
  })
  .map(({ exec, privilege, ...request }) =>
    mainRequest(serviceConfig(exec), { ...request, command: { ...commandLine('/bin/a'), privilege } }),
  );

/** A slice whose devices are filtered, so that each plan of a unit in it filters a cgroup. */
const filteredSlice: NonNullable<ExecContext['cgroupFacts']> = {
  slices: [{ path: 'a.slice', cgroup: { ...initialValues.cgroup, DevicePolicy: 'closed' } }],
  devices: { nodes: new Map(), drivers: [] },
  interfaces: new Map(),
};

const contexts: fc.Arbitrary<ExecContext> = fc
  .record({
    base: fc.constantFrom(rootContext, userContext),
    account: fc.constantFrom({}, { account: daemonAccount }),
    gid: fc.constantFrom({}, { gid: 4 }),
    supplementary: fc.constantFrom<readonly number[]>([], [29]),
    filters: fc.constantFrom(
      {},
      { cgroupFacts: filteredSlice },
      { fileOpenHook: { function: 1, flags: 0, inode: 8, fileSystem: 8, magic: 8, mark: 8 } },
    ),
    space: fc.constantFrom(
      {},
      { space: { id: 'x', owner: 'x.service' } },
      { space: { id: 'x', owner: 'x.service', tmp: { tmp: '/tmp/x', varTmp: '/var/tmp/x' } } },
    ),
  })
  .map(({ base, account, gid, supplementary, filters, space }) => ({ ...base, ...account, ...gid, ...space, supplementary, ...filters }));

test('no plan needs a privilege after it was given up, uses an empty slot, or goes on after its end', () => {
  fc.assert(
    fc.property(requests, contexts, (request, context) => {
      const compiled = compile(request, context);
      if (compiled.ok) assert.deepEqual(checkOrder(compiled.value.plan), []);
    }),
    { numRuns: 500 },
  );
});

test('every plan connects all three standard streams before it ends with exec, unless a user manager hands on its own', () => {
  fc.assert(
    fc.property(requests, contexts, (request, context) => {
      const compiled = compile(request, context);
      if (!compiled.ok || compiled.value.plan.at(-1)?.op !== 'exec' || context.scope === 'user') return;
      const numbers = compiled.value.plan.flatMap((op) => (op.op === 'dup' && op.number < 3 ? [op.number] : []));
      assert.deepEqual(numbers, [0, 1, 2]);
    }),
    { numRuns: 500 },
  );
});

test('no process of a service that asks for a view of its own is run without the whole of it', () => {
  fc.assert(
    fc.property(requests, contexts, (request, context) => {
      const compiled = compile(request, context);
      if (!compiled.ok || compiled.value.plan.at(-1)?.op !== 'exec') return;
      const view = compiled.value.plan.flatMap(({ op }) => (op === 'mount-namespace' || op === 'enter-root' ? [op] : []));
      const { exec } = request.config;
      const wants = exec?.ProtectSystem !== false || exec.PrivateDevices || exec.InaccessiblePaths.length > 0 || exec.RootImage !== '';
      assert.deepEqual(view, wants || view.length > 0 ? ['mount-namespace', 'enter-root'] : []);
    }),
    { numRuns: 500 },
  );
});

test('the user namespace of a service owns what is delegated to it and nothing else, and all of a privileged manager’s view is made before', () => {
  fc.assert(
    fc.property(requests, contexts, (request, context) => {
      const compiled = compile(request, context);
      const { exec } = request.config;
      if (!compiled.ok || exec === undefined || !context.privileged || request.command.privilege === 'full') return;
      const { plan } = compiled.value;
      const users = plan.findIndex(({ op }) => op === 'user-namespace' || op === 'enter-owner' || op === 'enter-namespace');
      const delegated = exec.DelegateNamespaces.length === 0 ? 0 : delegatedNamespaces(exec.DelegateNamespaces);
      for (const [index, op] of plan.entries()) {
        if (op.op === 'owned-namespace') assert.ok((op.kind & delegated) !== 0 && index < users);
        if (op.op === 'namespace') assert.ok(index < users || users < 0);
        if (op.op === 'namespace' && op.from === '') assert.equal(op.kind & delegated, 0);
        if (op.op === 'unshare' && users >= 0 && index > users) assert.equal(op.kinds & ~delegated, 0);
        if (users >= 0 && index > users) assert.ok(!mustBeBefore.has(op.op), op.op);
      }
    }),
    { numRuns: 500 },
  );
});

const mustBeBefore: ReadonlySet<string> = new Set([
  'mount-namespace',
  'enter-root',
  'groups',
  'gid',
  'namespace',
  'owned-namespace',
  'outside',
]);

test('a bad order is told', () => {
  assert.deepEqual(
    checkOrder([
      { op: 'dup', slot: 0, number: 0 },
      { op: 'uid', uid: 1 },
      { op: 'gid', gid: 1 },
      { op: 'exec', paths: ['/bin/a'], argv: ['a'], env: [] },
      { op: 'chdir', path: '/' },
    ]),
    ['dup of slot 0, which is empty', 'gid after uid', 'chdir after exec', 'uid, gid instead of groups, gid, uid, each once'],
  );
});

test('what is given away before all is in its place is told', () => {
  const users = { op: 'user-namespace', uids: '', gids: '' } as const;
  assert.deepEqual(
    checkOrder([
      { op: 'bpf-file-system', slot: 1, target: '/sys/fs/bpf', attributes: 0 },
      users,
      { op: 'outside', slot: 1, options: [] },
      { op: 'unshare', kinds: 0x0002_0000 },
      { op: 'exec', paths: ['/bin/a'], argv: ['a'], env: [] },
    ]),
    [
      'rights on programs are given away outside of a user namespace',
      'bpf-file-system of slot 1, which is empty',
      'outside after the user namespace',
      'mounts are given away before the view is made',
    ],
  );
});

test('after a filter there is only exec', () => {
  const filter = { op: 'seccomp', program: new Uint8Array(8) } as const;
  assert.deepEqual(checkOrder([filter, { op: 'chdir', path: '/' }, { op: 'exec', paths: ['/bin/a'], argv: ['a'], env: [] }]), [
    'chdir after seccomp',
  ]);
});
