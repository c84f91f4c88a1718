import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { refusal, runFilter } from '../../../test/exec/classic-bpf.ts';
import { meaningOf } from '../../../test/exec/filter-meaning.ts';
import { serviceConfig } from '../../../test/exec/example.ts';
import type { ExecSettings } from '../../unit/settings/exec.ts';
import type { SyscallList } from '../../unit/values/syscall-list.ts';
import { type Architecture, auditArchitectures, localArchitectures, type NativeArchitecture, tableOf } from './architecture.ts';
import { seccompFilter } from './filter.ts';
import { systemCallSets } from '../../unit/values/system-call-sets.ts';

function settingsOf(exec: Partial<ExecSettings>): ExecSettings {
  const made = serviceConfig(exec).exec;
  assert.ok(made !== undefined);
  return made;
}

function programOf(exec: Partial<ExecSettings>, native: NativeArchitecture): Uint8Array | undefined {
  return seccompFilter(settingsOf(exec), native).program;
}

const names = [
  ...Object.keys(systemCallSets).filter((name) => name !== '@known'),
  'socket',
  'accept',
  'socketcall',
  'shmat',
  'ipc',
  'openat',
  'read',
  'clone',
  'personality',
  'mmap',
  'umount2',
  'no_such_call',
];

const action = fc.constantFrom(undefined, undefined, 1, 13, 'kill' as const);
const rule = fc
  .record({ name: fc.constantFrom(...names), action })
  .map(({ name, action: own }) => (own === undefined ? { name } : { name, action: own }));
const lists: fc.Arbitrary<readonly SyscallList[]> = fc.array(fc.record({ invert: fc.boolean(), rules: fc.array(rule, { maxLength: 4 }) }), {
  maxLength: 3,
});
const families = fc.array(
  fc.record({
    invert: fc.boolean(),
    names: fc.constantFrom<readonly string[]>(['AF_UNIX'], ['AF_INET', 'AF_INET6'], ['AF_VSOCK', 'AF_UNIX'], ['AF_NETLINK'], []),
  }),
  { maxLength: 3 },
);
const namespaces: fc.Arbitrary<ExecSettings['RestrictNamespaces']> = fc.array(
  fc.oneof(
    fc.boolean(),
    fc.record({ invert: fc.boolean(), names: fc.constantFrom<readonly string[]>(['net'], ['user', 'mnt'], ['time'], []) }),
  ),
  { maxLength: 2 },
);

const settings: fc.Arbitrary<Partial<ExecSettings>> = fc.record({
  SystemCallFilter: lists,
  SystemCallLog: lists,
  SystemCallErrorNumber: fc.constantFrom(undefined, 'kill' as const, 1, 38),
  SystemCallArchitectures: fc.constantFrom<readonly string[]>([], ['native'], ['native', 'x86'], ['x32'], ['arm', 'mips']),
  RestrictAddressFamilies: families,
  RestrictNamespaces: namespaces,
  RestrictRealtime: fc.boolean(),
  RestrictSUIDSGID: fc.boolean(),
  DynamicUser: fc.boolean(),
  LockPersonality: fc.boolean(),
  Personality: fc.constantFrom('', 'x86', 'x86-64'),
  MemoryDenyWriteExecute: fc.boolean(),
  ProtectClock: fc.boolean(),
  ProtectKernelModules: fc.boolean(),
  ProtectKernelLogs: fc.boolean(),
  ProtectKernelTunables: fc.boolean(),
  ProtectHostname: fc.constantFrom('', 'yes', 'private:a'),
  PrivateDevices: fc.boolean(),
});

/** Arguments that some setting looks for, at every place; ints whose upper half is not empty among them. */
const interesting: readonly (readonly number[])[] = [
  [0, 0, 0, 0],
  [1, 1, 6, 0o4755],
  [2, 0o4755, 4, 0o2000],
  [10, 0o101, 0o6755, 0o644],
  [16, 0x40000000, 0o101, 0o4755],
  [8, 3, 0o20200002, 0o6755],
  [21, 0o20040002, 0o20040002, 0o4755],
  [40, 0o20200002, 0o107755, 0o755],
  [0x10000000, 0x10000000, 2, 0],
  [0x80, 0x80, 0o100000, 0],
  [0x10015, 0x20000, 0, 0],
  [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
];

function numbersOf(architecture: Architecture): readonly number[] {
  const known = [...new Set(tableOf(architecture).values())];
  const least = architecture === 'x32' ? 0x40000000 : 0;
  const unknown =
    architecture === 'x86-64' ? [1000, 0x3fffffff, 0xffffffff] : architecture === 'x32' ? [0x40000fff, 0xfffffffe] : [1000, 0xfffff];
  return [...known, ...unknown].filter((number) => number >= least);
}

for (const native of ['x86-64', 'arm64'] as const) {
  test(`a filter made on ${native} does to every call of every architecture what the settings mean`, { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 0, max: interesting.length - 1 }), (exec, offset) => {
        const program = programOf(exec, native);
        if (program !== undefined) assert.equal(refusal(program), undefined);
        const whole = settingsOf(exec);
        for (const architecture of localArchitectures[native]) {
          for (const [index, number] of numbersOf(architecture).entries()) {
            // All calls with all arguments would take minutes; two arguments each come around in the other runs.
            for (const own of [
              interesting[(index + offset) % interesting.length],
              interesting[(index * 5 + offset) % interesting.length],
            ]) {
              const values = own ?? [];
              const full = values.map((value) => BigInt(value) | (BigInt(index % 2) << 40n));
              const data = { number, architecture: auditArchitectures[architecture], arguments: full };
              const done = program === undefined ? 0x7fff0000 : runFilter(program, data);
              const meant = meaningOf(whole, native, { architecture, number, arguments: values });
              if (done !== meant) {
                const call = [...tableOf(architecture)].find(([, other]) => other === number)?.[0] ?? number;
                assert.fail(
                  `${architecture} ${call}(${values.map((value) => value.toString(16)).join(', ')}): ${done.toString(16)} instead of ${meant.toString(16)}`,
                );
              }
            }
          }
        }
      }),
      { numRuns: 12 },
    );
  });
}
