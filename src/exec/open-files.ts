import type { OpenFile } from '../unit/values/open-file.ts';
import type { Op } from './op.ts';
import type { ExecContext, ExecRequest } from './request.ts';
import { openFlags } from './stdio.ts';

/** The files of OpenFile= that a main process is given; one that may be missing (`graceful`) and cannot be opened is left out. */
export function openedFiles({ config, main }: ExecRequest, { unopenable = [] }: ExecContext): readonly OpenFile[] {
  if (!main || config.service === undefined || config.service.OpenFile.length === 0) return none;
  return config.service.OpenFile.filter(({ path, flags }) => !flags.includes('graceful') || !unopenable.includes(path));
}

const none: readonly never[] = [];

/** Opens the files, each in a slot and at a number of its own; a socket is connected to. No file is made. */
export function openFileOps(files: readonly OpenFile[], first: number): readonly Op[] {
  if (files.length === 0) return none;
  return files.flatMap((file, index): readonly Op[] => {
    const slot = first + index;
    return [
      { op: 'open', slot, path: file.path, flags: openFlags.noTerminal | wayOf(file), mode: 0, exit: EXIT_FDS },
      { op: 'dup', slot, number: slot },
    ];
  });
}

const EXIT_FDS = 202;

function wayOf({ flags }: OpenFile): number {
  if (flags.includes('read-only')) return openFlags.read;
  if (flags.includes('append')) return openFlags.readWrite | openFlags.append;
  return flags.includes('truncate') ? openFlags.readWrite | openFlags.truncate : openFlags.readWrite;
}
