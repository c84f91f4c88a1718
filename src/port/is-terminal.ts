import { fstatSync } from 'node:fs';

/**
 * Whether a descriptor is a terminal. What knows for sure (`node:tty`) takes long to load, so it is asked of devices alone, and not of /dev/null and its kin, whose major
 * number is 1.
 */
export function isTerminal(fd: number): boolean {
  try {
    const file = fstatSync(fd);
    return file.isCharacterDevice() && file.rdev >> 8 !== 1 && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    // It is closed.
    return false;
  }
}
