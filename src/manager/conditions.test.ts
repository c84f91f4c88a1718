import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FakeFiles } from '../port/files-fake.ts';
import type { Condition } from '../unit/values/types.ts';
import type { ConditionFacts } from './condition-facts.ts';
import { conditionKinds } from './condition-kinds.ts';
import { evaluate } from './conditions.ts';

const files = new FakeFiles({
  '/bin/sh': '',
  '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  '/etc/motd': '',
  '/dev/stdout': '-> /proc/self/fd/1',
  '/var/empty/.hidden': '',
  '/var/backup/file~': '',
  '/var/full/file': '',
  '/proc/self/mountinfo':
    '21 1 8:1 / / rw - ext4 /dev/sda1 rw\n22 21 0:5 / /proc rw - proc proc rw\n23 21 8:2 / /mnt/a\\040b rw - ext4 /dev/sdb rw\n',
  '/mnt/a b/file': '',
  '/sys/fs/cgroup/a.slice/a-b.slice/memory.pressure': 'some avg10=0.00 avg60=0.00 avg300=5.00 total=1\n',
  '/proc/pressure/cpu': 'some avg10=50.00 avg60=20.00 avg300=5.00 total=1\n',
});
files.write('/bin/sh', '', 0o755);

const facts: ConditionFacts = {
  files,
  architecture: 'x86-64',
  firmware: { uefi: true, deviceTree: false, compatible: [] },
  virtualization: { kind: 'container', id: 'docker', privateUsers: false },
  hostName: 'web1.example.org',
  machineId: '0123456789abcdef0123456789abcdef',
  bootId: 'ffffffffffffffffffffffffffffffff',
  kernelCommandLine: 'root=/dev/vda1 quiet systemd.unit="x y.target"',
  kernelRelease: '6.1.0-18-amd64',
  osRelease: { ID: 'debian', VERSION_ID: '12' },
  version: '0',
  user: { name: 'root', uid: 0 },
  groups: [{ name: 'root', gid: 0 }],
  capabilities: 0b11n,
  memoryBytes: 2 * 1024 ** 3,
  processors: 2,
  processorFlags: ['sse2', 'fma', 'hypervisor'],
  cgroup: 'v2',
  controllers: ['cpu', 'memory'],
  security: ['apparmor'],
  credentialDirectories: [],
  environment: () => ['LANG=C.UTF-8', 'EMPTY='],
};

const cases: readonly (readonly [string, string, boolean | undefined])[] = [
  ['PathExists', '/bin/sh', true],
  ['PathExists', '/bin/s?', false],
  ['PathExistsGlob', '/bin/s?', true],
  ['PathIsDirectory', '/bin', true],
  ['PathIsSymbolicLink', '/dev/stdout', true],
  ['PathIsMountPoint', '/proc', true],
  ['PathIsMountPoint', '/bin', false],
  ['PathIsMountPoint', '/mnt/a b', true],
  ['DirectoryNotEmpty', '/var/empty', false],
  ['DirectoryNotEmpty', '/var/backup', false],
  ['DirectoryNotEmpty', '/var/full', true],
  ['FileNotEmpty', '/etc/passwd', true],
  ['FileNotEmpty', '/etc/motd', false],
  ['FileIsExecutable', '/bin/sh', true],
  ['FileIsExecutable', '/etc/passwd', false],
  ['Architecture', 'native', true],
  ['Architecture', 'arm64', false],
  ['Firmware', 'uefi', true],
  ['Virtualization', 'yes', true],
  ['Virtualization', 'container', true],
  ['Virtualization', 'vm', false],
  ['Virtualization', 'docker', true],
  ['Host', 'WEB*.example.org', true],
  ['Host', '01234567-89ab-cdef-0123-456789abcdef', true],
  ['KernelCommandLine', 'quiet', true],
  ['KernelCommandLine', 'root', true],
  ['KernelCommandLine', 'root=/dev/vda1', true],
  ['KernelCommandLine', 'root=/dev', false],
  ['KernelVersion', '>= 5.10', true],
  ['KernelVersion', '6.1.*', true],
  ['Version', '>= 5.10', true],
  ['Version', 'kernel 6.1.*', true],
  ['Version', 'kernel < 6', false],
  ['Version', 'systemd >= 250', true],
  ['Version', 'systemd < 250', false],
  ['Version', 'systemd >=250 <=251', false],
  ['Version', 'glibc >= 2', undefined],
  ['Environment', 'LANG', true],
  ['Environment', 'LANG=C', false],
  ['Environment', 'EMPTY=', true],
  ['Security', 'apparmor', true],
  ['Security', 'selinux', false],
  ['Capability', 'CAP_CHOWN', true],
  ['Capability', 'CAP_KILL', false],
  ['Capability', 'CAP_NONSENSE', undefined],
  ['ACPower', 'true', true],
  ['FirstBoot', 'no', true],
  ['User', 'root', true],
  ['User', '@system', true],
  ['User', '1000', false],
  ['Group', '0', true],
  ['ControlGroupController', 'v2', true],
  ['ControlGroupController', 'cpu memory', true],
  ['ControlGroupController', 'io', false],
  ['ControlGroupController', 'nonsense', true],
  ['Memory', '1G', true],
  ['Memory', '> 2G', false],
  ['CPUs', '2', true],
  ['CPUs', '>2', false],
  ['CPUFeature', 'sse2', true],
  ['CPUFeature', 'SSE2', true],
  ['CPUFeature', 'hypervisor', false],
  ['CPUFeature', 'fma3', true],
  ['PathIsEncrypted', '/nowhere', false],
  ['PathExistsGlob', '/{x,bin}/{y,{z,sh}}', true],
  ['PathExistsGlob', '/bin/{}', false],
  ['CPUs', '0x2', true],
  ['CPUs', '010', false],
  ['CPUs', '09', undefined],
  ['NeedsUpdate', '/nowhere', true],
  ['OSRelease', 'ID=', undefined],
  ['CPUPressure', '105%', undefined],
  ['CPUPressure', '50‰', true],
  ['CPUPressure', '49‰', false],
  ['MemoryPressure', 'a-b.slice:3%', false],
  ['OSRelease', 'ID=debian VERSION_ID>=11', true],
  ['OSRelease', 'ID=fedora', false],
  ['CPUPressure', '10%', true],
  ['CPUPressure', '10%/10sec', false],
  ['MemoryPressure', '1%', true],
  ['CPUPressure', 'nonsense', undefined],
];

for (const [kind, argument, expected] of cases) {
  test(`Condition${kind}=${argument} is ${expected ?? 'not to be judged'}`, () => {
    assert.equal(conditionKinds[kind]?.(argument, facts), expected);
  });
}

interface Known {
  readonly type: string;
  readonly param: string;
  readonly trigger: boolean;
  readonly negate: boolean;
  readonly result: boolean | 'error';
  readonly environment_dependent: boolean;
}

// The file is our own copy of the known cases, in this form.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const corpus = JSON.parse(readFileSync(new URL('../../test/corpus/conditions.json', import.meta.url), 'utf8')) as readonly Known[];

/** Names as the corpus has them; of kinds that do not depend on the machine on which it was made. */
const kindNames: Readonly<Record<string, string>> = {
  KERNEL_VERSION: 'KernelVersion',
  PATH_EXISTS: 'PathExists',
  FILE_IS_EXECUTABLE: 'FileIsExecutable',
};

for (const { type, param, negate, result, environment_dependent: depends } of corpus) {
  const kind = kindNames[type];
  if (kind === undefined || depends) continue;
  test(`known case: ${negate ? '!' : ''}${kind}=${param}`, () => {
    const condition: Condition = { kind, argument: param, trigger: false, negate };
    assert.equal(evaluate([condition], facts) === undefined, result === true);
  });
}

const exists = (argument: string, trigger: boolean): Condition => ({ kind: 'PathExists', argument, trigger, negate: false });
const hold = (...conditions: readonly Condition[]): boolean => evaluate(conditions, facts) === undefined;

test('all conditions without | must hold, and one of those with it', () => {
  assert.ok(hold());
  assert.ok(hold(exists('/bin/sh', true), exists('/nowhere', true)));
  assert.ok(!hold(exists('/nowhere', true), exists('/elsewhere', true)));
  assert.ok(!hold(exists('/nowhere', false), exists('/bin/sh', true)));
});

test('the last line is looked at first, and nothing after one that stands in the way', () => {
  const unmet = evaluate([exists('/a', false), exists('/b', false), exists('/c', true)], facts);
  assert.deepEqual([unmet?.first.argument, unmet?.all.map(({ argument }) => argument)], ['/b', ['/b', '/c']]);
});
