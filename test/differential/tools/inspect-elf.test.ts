import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertTwins, theirs, type Call, whyNoTools } from './twin.ts';

/** systemd reads ELF files by a library that it only has where it is installed. */
const skip =
  whyNoTools() ||
  (theirs({ program: 'systemd-analyze', argv: ['inspect-elf', '/bin/sh'] }).status === 0 ? false : 'needs libdw (apt-get install libdw1)');

interface Note {
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
}

interface Made {
  readonly bits: 32 | 64;
  readonly order: 'little' | 'big';
  readonly machine: number;
  readonly hasInterpreter?: boolean;
  readonly notes?: readonly Note[];
  /** Added to the length of the segment of notes that is claimed. */
  readonly lie?: number;
}

/** An ELF file that has a header and segments, and nothing that runs. */
function makeElf({ bits, order, machine, hasInterpreter = false, notes = [], lie = 0 }: Made): Uint8Array {
  const littleEndian = order === 'little';
  const [header, entry] = bits === 64 ? [64, 56] : [52, 32];
  const content = Buffer.concat(notes.map((note) => noteBytes(note, littleEndian)));
  const count = (notes.length > 0 ? 1 : 0) + (hasInterpreter ? 1 : 0);
  const start = header + count * entry;
  const file = Buffer.alloc(start + content.length);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const number = (at: number, value: number): void =>
    bits === 64 ? view.setBigUint64(at, BigInt(value), littleEndian) : view.setUint32(at, value, littleEndian);
  file.set([0x7f, 0x45, 0x4c, 0x46, bits / 32, littleEndian ? 1 : 2, 1]);
  view.setUint16(16, 3, littleEndian);
  view.setUint16(18, machine, littleEndian);
  view.setUint32(20, 1, littleEndian);
  number(bits === 64 ? 32 : 28, header);
  const sizes = bits === 64 ? 52 : 40;
  [header, entry, count].forEach((value, index) => view.setUint16(sizes + 2 * index, value, littleEndian));
  const segment = (index: number, type: number, length: number): void => {
    const at = header + index * entry;
    view.setUint32(at, type, littleEndian);
    number(at + (bits === 64 ? 8 : 4), start);
    number(at + (bits === 64 ? 32 : 16), length);
    number(at + (bits === 64 ? 40 : 20), length);
    number(at + (bits === 64 ? 48 : 28), 4);
  };
  if (notes.length > 0) segment(0, 4, content.length + lie);
  if (hasInterpreter) segment(count - 1, 3, 0);
  file.set(content, start);
  return file;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function noteBytes({ name, type, bytes }: Note, littleEndian: boolean): Buffer {
  const note = Buffer.alloc(12 + padded(name.length + 1) + padded(bytes.length));
  const view = new DataView(note.buffer, note.byteOffset, note.length);
  [name.length + 1, bytes.length, type].forEach((value, index) => view.setUint32(4 * index, value, littleEndian));
  note.write(name, 12, 'latin1');
  note.set(bytes, 12 + padded(name.length + 1));
  return note;
}

const packaged: Note = {
  name: 'FDO',
  type: 0xcafe1a7e,
  bytes: Buffer.from(
    '{"type":"deb","os":"debian","name":"some-package","version":"1.2","architecture":"amd64","aVeryLongNameOfAField":"x"}\0',
  ),
};
const identified: Note = { name: 'GNU', type: 3, bytes: Buffer.from('0123456789abcdef0123456789abcdef01234567', 'hex') };
const foreign: Note = { name: 'Else', type: 3, bytes: Buffer.from('odd') };

const files: Readonly<Record<string, Uint8Array>> = {
  plain: makeElf({ bits: 64, order: 'little', machine: 62 }),
  program: makeElf({ bits: 64, order: 'little', machine: 62, hasInterpreter: true, notes: [identified] }),
  package: makeElf({ bits: 64, order: 'little', machine: 183, hasInterpreter: true, notes: [foreign, packaged, identified] }),
  narrow: makeElf({ bits: 32, order: 'little', machine: 3, notes: [identified, packaged] }),
  big: makeElf({ bits: 64, order: 'big', machine: 22, notes: [packaged] }),
  both: makeElf({ bits: 32, order: 'big', machine: 20, hasInterpreter: true, notes: [packaged, identified] }),
  'not-elf': Buffer.from('#!/bin/sh\n'),
  empty: new Uint8Array(),
  cut: makeElf({ bits: 64, order: 'little', machine: 62 }).subarray(0, 40),
  lies: makeElf({ bits: 64, order: 'little', machine: 62, hasInterpreter: true, notes: [identified], lie: 1 << 20 }),
};

const calls: readonly (readonly string[])[] = [
  ...Object.keys(files).flatMap((name) => [[name], [name, '--json=short'], [name, '--json=pretty']]),
  ['plain', 'package', 'big'],
  ['program', 'not-elf', 'package'],
  ['missing'],
  ['.'],
  [],
  ['/bin/sh', '/bin/sh', '--json=pretty'],
];

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'tysd-elf-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
});
after(() => rmSync(directory, { recursive: true, force: true }));

for (const argv of calls) {
  test(`inspect-elf ${argv.join(' ')}`, { skip }, async () => {
    const words = argv.map((word) => (word.startsWith('-') || word.startsWith('/') ? word : join(directory, word)));
    const call: Call = { program: 'systemd-analyze', argv: ['inspect-elf', ...words] };
    await assertTwins(call);
  });
}
