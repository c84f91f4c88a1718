import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the keeper's program is: where the environment says, beside the compiled tysd, or where `make -C keeper` leaves it. */
export function findKeeper(self: readonly string[]): string | undefined {
  const beside = join(dirname(self[0] ?? process.execPath), 'tysd-keeper');
  const source = join(import.meta.dirname, '../../keeper/build/tysd-keeper');
  return [process.env['TYSD_KEEPER_PATH'], beside, source].find((path) => path !== undefined && isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
