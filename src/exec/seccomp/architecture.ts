import { systemCallNumbers } from './numbers.ts';

/** An architecture whose system calls a process may make, as SystemCallArchitectures= names it. */
export type Architecture = keyof typeof systemCallNumbers;

/** An architecture that tysd itself runs on. */
export type NativeArchitecture = 'x86-64' | 'arm64';

/** Whose calls the kernel of a machine may take; a filter is made for each. The native one comes last. */
export const localArchitectures: Readonly<Record<NativeArchitecture, readonly Architecture[]>> = {
  'x86-64': ['x86', 'x32', 'x86-64'],
  arm64: ['arm', 'arm64'],
};

/** What seccomp_data.arch is (linux/audit.h). x32 has that of x86-64, and a bit in its numbers. */
export const auditArchitectures: Readonly<Record<Architecture, number>> = {
  'x86-64': 0xc000003e,
  x32: 0xc000003e,
  x86: 0x40000003,
  arm64: 0xc00000b7,
  arm: 0x40000028,
};

/** The bit that the numbers of x32's calls have. */
export const x32Bit = 0x40000000;

/** Flags of open(2) that differ between architectures. */
export const openFlags: Readonly<Record<Architecture, { readonly create: number; readonly temporary: number }>> = {
  'x86-64': { create: 0o100, temporary: 0o20200000 },
  x32: { create: 0o100, temporary: 0o20200000 },
  x86: { create: 0o100, temporary: 0o20200000 },
  arm64: { create: 0o100, temporary: 0o20040000 },
  arm: { create: 0o100, temporary: 0o20040000 },
};

/** A call that stands for several: which it means is its first argument, of which `mask` counts. */
export interface Multiplexer {
  readonly call: string;
  readonly mask: number;
  readonly calls: Readonly<Record<string, number>>;
}

/** The calls of an architecture that stand for several (socketcall(2), ipc(2)). */
export const multiplexers: Readonly<Record<Architecture, readonly Multiplexer[]>> = {
  'x86-64': [],
  x32: [],
  arm64: [],
  arm: [],
  x86: [
    {
      call: 'socketcall',
      mask: 0xffffffff,
      calls: numbered(
        'socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg',
      ),
    },
    // The upper half of ipc(2)'s first argument is a version.
    {
      call: 'ipc',
      mask: 0xffff,
      calls: {
        semop: 1,
        semget: 2,
        semctl: 3,
        semtimedop: 4,
        msgsnd: 11,
        msgrcv: 12,
        msgget: 13,
        msgctl: 14,
        shmat: 21,
        shmdt: 22,
        shmget: 23,
        shmctl: 24,
      },
    },
  ],
};

/** The number of the call there; undefined where the architecture has none of that name. */
export function numberOf(architecture: Architecture, call: string): number | undefined {
  return tableOf(architecture).get(call);
}

/** Whether any of these architectures has a call of that name. */
export function isSystemCall(call: string): boolean {
  return architectures.some((architecture) => tableOf(architecture).has(call));
}

/** The names and numbers of all calls of the architecture. */
export function tableOf(architecture: Architecture): ReadonlyMap<string, number> {
  const table = tables.get(architecture) ?? read(systemCallNumbers[architecture]);
  tables.set(architecture, table);
  return table;
}

/** Every architecture that there is a table of. */
export const architectures: readonly Architecture[] = ['x86-64', 'x32', 'x86', 'arm64', 'arm'];

const tables = new Map<Architecture, ReadonlyMap<string, number>>();

function read(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(' ').map((pair): readonly [string, number] => {
      const colon = pair.indexOf(':');
      return [pair.slice(0, colon), Number(pair.slice(colon + 1))];
    }),
  );
}

function numbered(calls: string): Readonly<Record<string, number>> {
  return Object.fromEntries(calls.split(' ').map((call, index) => [call, index + 1]));
}
