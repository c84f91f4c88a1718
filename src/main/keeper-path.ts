import { dirname, join } from 'node:path';
import { realFiles } from '../port/files-real.ts';

/** Where the keeper's program is: where the environment says, beside the compiled tysd, or where `make -C keeper` leaves it. */
export function findKeeper(self: readonly string[]): string | undefined {
  return find(self, 'tysd-keeper', process.env['TYSD_KEEPER_PATH'], 'keeper');
}

/** The same for the program that opens PAM sessions, which is built only where PAM's headers are. */
export function findSessionProgram(self: readonly string[]): string | undefined {
  return find(self, 'tysd-session', process.env['TYSD_SESSION_PATH'], 'session');
}

function find(self: readonly string[], name: string, given: string | undefined, folder: string): string | undefined {
  const beside = join(dirname(self[0] ?? process.execPath), name);
  const source = join(import.meta.dirname, `../../${folder}/build/${name}`);
  return [given, beside, source].find((path) => path !== undefined && realFiles.access(path, 1));
}
