import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AnalyzeCall } from './call.ts';
import { type ElfFacts, readElf } from './elf.ts';

/** `inspect-elf FILE…`: what ELF files are, and which package they say that they come from; the first that is none ends it. */
export function analyzeInspectElf({ words, options, terminal }: AnalyzeCall): number {
  for (const word of words) {
    const path = resolve(word);
    const facts = readFacts(path);
    if (typeof facts === 'string') {
      terminal.fail(facts);
      return 1;
    }
    if (options.json === undefined) for (const line of table(path, facts)) terminal.print(line);
    else terminal.print(asJson(path, facts, options.json));
  }
  return 0;
}

function readFacts(path: string): ElfFacts | string {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    return `Could not open "${path}": ${reasonOf(error)}`;
  }
  try {
    const facts = readElf((offset, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    });
    if (typeof facts === 'string') return refusal(path, facts);
    return facts.type === 'coredump' ? `Core dumps are not read: ${path} is one; try eu-unstrip -n --core=${path}` : facts;
  } catch {
    return refusal(path, 'elf_begin() failed: invalid file descriptor');
  } finally {
    closeSync(file);
  }
}

function refusal(path: string, reason: string): string {
  return `Could not parse ELF file, ${reason}\nParsing "${path}" as ELF object failed: Invalid argument`;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return { ENOENT: 'No such file or directory', EACCES: 'Permission denied', ENOTDIR: 'Not a directory' }[code] ?? code;
}

function fieldsOf(facts: ElfFacts): Readonly<Record<string, unknown>> {
  return { ...facts.package, ...(facts.buildId !== undefined && { buildId: facts.buildId }) };
}

function table(path: string, facts: ElfFacts): readonly string[] {
  const fields = Object.entries(fieldsOf(facts));
  const rows: readonly (readonly [string, unknown] | undefined)[] = [
    undefined,
    ['path', path],
    ['elfType', facts.type],
    ...(facts.architecture === undefined ? [] : [['elfArchitecture', facts.architecture] as const]),
    ...(fields.length === 0 ? [] : [undefined, ...fields]),
  ];
  const width = Math.max(...rows.map((row) => row?.[0].length ?? 0));
  return rows.map((row) => (row === undefined ? ' '.repeat(width + 2) : `${row[0].padStart(width)}: ${shown(row[1])}`));
}

/** Packages are made by others, and nothing of theirs is for the terminal. */
function shown(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll(/[\x00-\x1f\x7f-\x9f]/g, '\ufffd');
}

function asJson(path: string, facts: ElfFacts, form: 'short' | 'pretty'): string {
  const fields = fieldsOf(facts);
  const object = {
    elfType: facts.type,
    ...(facts.architecture !== undefined && { elfArchitecture: facts.architecture }),
    ...(Object.keys(fields).length > 0 && { [path]: fields }),
  };
  return form === 'short'
    ? JSON.stringify(object)
    : JSON.stringify(object, undefined, '\t').replaceAll(/^(\t+"(?:[^"\\]|\\.)*"):/gm, '$1 :');
}
