import { fstatSync } from 'node:fs';
import { mayBeTerminal } from '../base/devices.ts';

/** Whether a descriptor is a terminal. What knows for sure (`node:tty`) takes long to load, so it is asked only where there may be one. */
export function isTerminal(fd: number): boolean {
  try {
    return mayBeTerminal(fstatSync(fd)) && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    // It is closed.
    return false;
  }
}
