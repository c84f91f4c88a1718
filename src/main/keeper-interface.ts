import { type Result, err, ok } from '../base/result.ts';
import type { Files } from '../port/files.ts';
import { opsHash } from '../exec/ops-hash.ts';
import { interfaceOf } from '../port/wire-version.ts';

/** Whether a keeper's program was built for this tysd; says what to do where it was not. One that is wrapped in a script is believed. */
export function checkKeeper(files: Pick<Files, 'read'>, path: string): Result<string, string> {
  const program = Buffer.from(files.read(path, largestProgram) ?? []);
  if (!program.subarray(0, elf.length).equals(elf) || program.includes(`${keeperInterface};`)) return ok(path);
  const at = program.indexOf(prefix);
  const found = at < 0 ? 'an older one' : program.toString('latin1', at + prefix.length, program.indexOf(';', at));
  return err(
    `${path} was built for another tysd (interface ${found}, not ${keeperInterface.slice(prefix.length)}): make -C keeper makes it anew, or npm run build`,
  );
}

const keeperInterface = interfaceOf(opsHash);
const elf = Buffer.from('\x7fELF', 'latin1');
const prefix = 'tysd-keeper interface ';
const largestProgram = 64 * 1024 * 1024;
