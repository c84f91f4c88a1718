import { closeSync, lstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { realFiles } from '../port/files-real.ts';
import { systemMessage } from './system-message.ts';

/** The fields by which journalctl(1) finds entries of a program or a device, by its path; the error is what journalctl says. */
export function fieldsOfPath(path: string): Result<readonly (readonly [name: string, value: string])[], string> {
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    return err(`Couldn't canonicalize path: ${systemMessage(error)}`);
  }
  const info = statSync(real);
  if (info.isCharacterDevice() || info.isBlockDevice()) {
    const [major, minor] = [(info.rdev >> 8) & 0xfff, (info.rdev & 0xff) | ((info.rdev >> 12) & 0xfff00)];
    return ok([['_KERNEL_DEVICE', `${info.isBlockDevice() ? 'b' : 'c'}${major}:${minor}`]]);
  }
  if (!info.isFile() || !realFiles.access(real, 1)) return err(`File is neither a device node, nor regular file, nor executable: ${path}`);
  const interpreter = interpreterOf(real);
  if (interpreter === undefined) return ok([['_EXE', real]]);
  // The kernel knows a script by the first 15 bytes of its name.
  const named = ['_COMM', basename(real).slice(0, 15)] as const;
  return ok(isLink(interpreter) ? [named] : [named, ['_EXE', interpreter]]);
}

function interpreterOf(path: string): string | undefined {
  const bytes = Buffer.alloc(256);
  try {
    const file = openSync(path, 'r');
    readSync(file, bytes);
    closeSync(file);
  } catch {
    return undefined;
  }
  return /^#![ \t]*([^\s\0]+)/.exec(bytes.toString('latin1'))?.[1];
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
