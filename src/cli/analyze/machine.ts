import { machine } from 'node:os';
import type { FileTree } from '../invocation.ts';
import { json } from './json.ts';
import { printTable } from '../output/table.ts';
import type { AnalyzeCall } from './call.ts';

/** `smbios11`: the strings that whoever made the machine, often a hypervisor, has left for its system. */
export async function analyzeSmbios({ options, services, terminal }: AnalyzeCall): Promise<number> {
  const tree = await services.fileTree('');
  const strings = tree
    .list('/sys/firmware/dmi/entries')
    .filter((name) => name.startsWith('11-'))
    .flatMap((name) => vendorStrings(tree.read(`/sys/firmware/dmi/entries/${name}/raw`) ?? new Uint8Array()));
  for (const text of strings) terminal.print(text);
  if (strings.length === 0 && !options.quiet) terminal.note('No SMBIOS Type #11 strings found.');
  return 0;
}

/** The strings behind the fixed part of an entry, whose length is its second byte; each ends with a zero, and the last with two. */
export function vendorStrings(entry: Uint8Array): readonly string[] {
  const texts = new TextDecoder().decode(entry.subarray(entry[1] ?? entry.length)).split('\0');
  const end = texts.indexOf('');
  return texts.slice(0, end === -1 ? texts.length : end).map((text) => text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd'));
}

/** Where TPM 2 may be missing, and how it is told whether it is there. */
const tpmParts: readonly (readonly [name: string, isThere: (tree: FileTree) => boolean])[] = [
  ['firmware', (tree) => tree.follow('/sys/firmware/acpi/tables/TPM2').kind === 'file'],
  ['driver', (tree) => tree.list('/sys/class/tpmrm').length > 0],
  // tysd itself makes no use of it.
  ['system', () => false],
  ['subsystem', (tree) => tree.follow('/sys/class/tpmrm').kind === 'directory'],
];

/** `has-tpm2`: what of a TPM 2 there is, as systemd-creds(1) tells it; the exit status is a sum of what is missing. */
export async function analyzeHasTpm({ options, services, terminal }: AnalyzeCall): Promise<number> {
  const tree = await services.fileTree('');
  const missing = tpmParts.filter(([, isThere]) => !isThere(tree)).map(([name]) => name);
  if (!options.quiet) {
    terminal.print(missing.length === tpmParts.length ? 'no' : 'partial');
    for (const [name] of tpmParts) terminal.print(`${missing.includes(name) ? '-' : '+'}${name}`);
  }
  return tpmParts.reduce((sum, [name], bit) => sum + (missing.includes(name) ? 2 ** bit : 0), 0);
}

/** What is measured into the registers that systemd gives names. */
const registers: Readonly<Record<number, string>> = {
  0: 'platform-code',
  1: 'platform-config',
  2: 'external-code',
  3: 'external-config',
  4: 'boot-loader-code',
  5: 'boot-loader-config',
  7: 'secure-boot-policy',
  9: 'kernel-initrd',
  10: 'ima',
  11: 'kernel-boot',
  12: 'kernel-config',
  13: 'sysexts',
  14: 'shim-policy',
  15: 'system-identity',
  16: 'debug',
  23: 'application-support',
};

/** `pcrs [PCR…]`: the registers of the TPM, and what they hold. */
export async function analyzePcrs({ words, options, services, terminal }: AnalyzeCall): Promise<number> {
  const tree = await services.fileTree('');
  const all = Array.from({ length: 24 }, (_, number) => number);
  const wrong = words.find((word) => registerOf(word) === undefined);
  if (wrong !== undefined) {
    terminal.fail(`PCR index or name "${wrong}" is not known.`);
    return 1;
  }
  const asked = words.length === 0 ? all : all.filter((number) => words.some((word) => registerOf(word) === number));
  const held = (number: number): string =>
    new TextDecoder()
      .decode(tree.read(`/sys/class/tpm/tpm0/pcr-sha256/${number}`))
      .trim()
      .toLowerCase();
  if (tree.follow('/sys/class/tpm/tpm0').kind === 'missing')
    terminal.note('System does not have a TPM2 device, so the registers have no values.');
  if (options.json !== undefined) {
    const records = asked.map((number) => ({ nr: number, name: registers[number] ?? null, sha256: held(number) || null }));
    terminal.print(json(records, options.json));
    return 0;
  }
  const rows = asked.map((number) => [String(number), registers[number] ?? '-', held(number) || '-']);
  printTable(terminal, { header: options.legend ? ['NR', 'NAME', 'SHA256'] : undefined, rows, numbers: new Set([0]) });
  return 0;
}

function registerOf(word: string): number | undefined {
  if (/^\d{1,2}$/.test(word)) return Number(word) < 24 ? Number(word) : undefined;
  const found = Object.entries(registers).find(([, name]) => name === word);
  return found === undefined ? undefined : Number(found[0]);
}

/** Architectures by systemd's names, and what uname(2) calls each. */
const architectures: Readonly<Record<string, readonly string[]>> = {
  alpha: ['alpha'],
  arc: ['arc'],
  'arc-be': ['arceb'],
  arm: ['armv4l', 'armv5l', 'armv6l', 'armv7l', 'armv8l'],
  'arm-be': ['armv4b', 'armv5b', 'armv6b', 'armv7b', 'armv8b'],
  arm64: ['aarch64'],
  'arm64-be': ['aarch64_be'],
  cris: ['crisv32'],
  ia64: ['ia64'],
  loongarch64: ['loongarch64'],
  m68k: ['m68k'],
  mips: ['mips'],
  'mips-le': ['mipsel'],
  mips64: ['mips64'],
  'mips64-le': ['mips64el'],
  nios2: ['nios2'],
  parisc: ['parisc'],
  parisc64: ['parisc64'],
  ppc: ['ppc'],
  'ppc-le': ['ppcle'],
  ppc64: ['ppc64'],
  'ppc64-le': ['ppc64le'],
  riscv32: ['riscv32'],
  riscv64: ['riscv64'],
  s390: ['s390'],
  s390x: ['s390x'],
  sh: ['sh5', 'sh4', 'sh3'],
  sh64: ['sh64'],
  sparc: ['sparc'],
  sparc64: ['sparc64'],
  tilegx: ['tilegx'],
  x86: ['i386', 'i486', 'i586', 'i686'],
  'x86-64': ['x86_64'],
};

/** Those whose programs a machine of another one runs, too. */
const secondary: Readonly<Record<string, readonly string[]>> = {
  'x86-64': ['x86'],
  arm64: ['arm'],
  ppc64: ['ppc'],
  s390x: ['s390'],
  mips64: ['mips'],
};

/** `architectures [NAME…]`: the names of architectures, and which of them are this machine's. */
export async function analyzeArchitectures({ words, options, terminal }: AnalyzeCall): Promise<number> {
  const own = Object.keys(architectures).find((name) => architectures[name]?.includes(machine()) === true) ?? '';
  const names = words.length === 0 ? Object.keys(architectures) : words.map((word) => (word === 'native' || word === 'uname' ? own : word));
  const unknown = names.find((name) => !Object.hasOwn(architectures, name));
  if (unknown !== undefined) {
    terminal.fail(`Architecture "${unknown}" not known.`);
    return 1;
  }
  const support = (name: string): string => (name === own ? 'native' : secondary[own]?.includes(name) === true ? 'secondary' : 'foreign');
  if (options.json !== undefined) {
    terminal.print(
      json(
        names.map((name) => ({ name, support: support(name) })),
        options.json,
      ),
    );
    return 0;
  }
  const { green, grey } = terminal.style;
  const rows = names.map((name) => [
    name,
    { text: support(name), paint: name === own ? green : support(name) === 'foreign' ? grey : plain },
  ]);
  printTable(terminal, { header: options.legend ? ['NAME', 'SUPPORT'] : undefined, rows });
  return 0;
}

function plain(text: string): string {
  return text;
}
