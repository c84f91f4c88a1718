import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelLike, makeBtf } from '../exec/btf.ts';
import { Simulation } from './simulation.ts';

const types = '/sys/kernel/btf/vmlinux';
const linux = { '/proc/2/status': 'Seccomp:\t0\nCapEff:\t000001ffffffffff\n', '/proc/sys/kernel/osrelease': '6.8.0\n' };
const listed = { '/sys/kernel/security/lsm': 'lockdown,capability,bpf\n' };

interface Kernel {
  readonly files: Readonly<Record<string, string>>;
  readonly btf?: Uint8Array;
  /** Those that the keeper's program tells of. */
  readonly modules?: readonly string[];
}

/** A manager on such a kernel, with a unit of these settings, and how often it has looked which security modules are asked. */
function onKernel({ files, btf, modules }: Kernel, settings: string): { readonly simulation: Simulation; readonly looks: () => number } {
  let looks = 0;
  const simulation = new Simulation({
    files: { ...linux, ...files },
    units: { 'default.target': '[Unit]\n', 'a.service': `[Service]\nExecStart=/bin/daemon\n${settings}\n` },
    adapt: (options) => ({
      ...options,
      securityModules: () => {
        looks += 1;
        return modules;
      },
    }),
  });
  if (btf !== undefined) simulation.files.write(types, btf);
  simulation.boot();
  return { simulation, looks: () => looks };
}

function planOf(simulation: Simulation): { readonly names: readonly string[]; readonly notApplied: readonly string[] } {
  const planned = simulation.manager.plan('a.service');
  assert.ok(planned.ok);
  const [first] = planned.value;
  const names = (first?.ops ?? []).filter(({ op }) => op === 'cgroup-filter').map(({ text }) => text.split(' ')[0] ?? '');
  return { names, notApplied: first?.notApplied ?? [] };
}

test('RestrictFileSystems= is one program of the plan where the kernel asks BPF and tells its types', () => {
  const btf = makeBtf(kernelLike);
  for (const kernel of [
    { files: listed, btf },
    { files: {}, modules: ['bpf'], btf },
  ]) {
    const { simulation } = onKernel(kernel, 'RestrictFileSystems=ext4 nonsense');
    assert.deepEqual(planOf(simulation), {
      names: ['tysd_files'],
      notApplied: ['RestrictFileSystems=: no file system nonsense is known here'],
    });
  }
  const privileged = onKernel({ files: listed, btf }, 'ExecStart=\nExecStart=+/bin/daemon\nRestrictFileSystems=ext4');
  assert.deepEqual(planOf(privileged.simulation), { names: ['tysd_files'], notApplied: [] });
  const planned = privileged.simulation.manager.plan('a.service');
  assert.match(JSON.stringify(planned), /tysd_files ← 0 bytes/);
});

test('where the kernel lacks something for it the unit goes without, and what that is is said; with the policy strict it does not start', () => {
  const why = (kernel: Kernel): readonly string[] => {
    const { simulation } = onKernel(kernel, 'RestrictFileSystems=ext4');
    const { names, notApplied } = planOf(simulation);
    assert.deepEqual(names, []);
    return notApplied.map((sentence) => sentence.replace('RestrictFileSystems= is not applied: ', ''));
  };
  assert.deepEqual(
    [
      { files: {} },
      { files: { '/sys/kernel/security/lsm': 'lockdown,capability\n' } },
      { files: {}, modules: ['100'] },
      { files: listed },
      { files: listed, btf: new Uint8Array(100) },
      { files: listed, btf: makeBtf(kernelLike.filter(({ kind }) => kind !== 'function')) },
      { files: { ...listed, '/proc/sys/kernel/osrelease': '5.15.0\n' }, btf: makeBtf(kernelLike) },
      { files: { ...listed, '/proc/2/status': 'CapEff:\t0\n' }, btf: makeBtf(kernelLike) },
    ].map(why),
    [
      ['the kernel does not tell which security modules it asks'],
      ['BPF is not among the security modules that the kernel asks'],
      ['BPF is not among the security modules that the kernel asks'],
      [`the kernel does not tell its types (${types})`],
      [`what the kernel tells of its types (${types}) is of no use: it does not begin as BTF of this byte order does`],
      [`what the kernel tells of its types (${types}) is of no use: it has no function bpf_lsm_file_open`],
      ['the kernel has no BPF as a security module, or does not let us use it'],
      ['the manager lacks CAP_SYS_ADMIN'],
    ],
  );
  const strict = onKernel({ files: {} }, 'RestrictFileSystems=ext4\nX-Tysd-Sandbox=strict').simulation.manager.plan('a.service');
  assert.match(JSON.stringify(strict), /its sandbox must be whole, but RestrictFileSystems= is not applied: the kernel does not tell/);
});

test('the kernel is looked at when a unit needs it, and once', () => {
  const { simulation, looks } = onKernel({ files: {} }, 'RestrictFileSystems=ext4');
  planOf(simulation);
  planOf(simulation);
  assert.equal(looks(), 1);
  const other = onKernel({ files: {} }, 'ProtectSystem=yes');
  planOf(other.simulation);
  assert.equal(other.looks(), 0);
});
