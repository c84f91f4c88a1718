import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Given {
  /** The root directory; '' for this one. */
  readonly root: string;
  /** `$container`, by which a container manager tells its init what it is. */
  readonly container: string | undefined;
  readonly tell: (text: string) => void;
}

/**
 * Makes what programs look for in /run without asking whether it is there: the directory for lock files, which is everybody's in Debian, and the file by
 * which those who may not read the environment of process 1 know the container (https://systemd.io/CONTAINER_INTERFACE).
 */
export function fillRun({ root, container, tell }: Given): void {
  const [locks, told] = [join(root, '/run/lock'), join(root, '/run/systemd/container')];
  try {
    if (!existsSync(locks)) {
      mkdirSync(locks);
      // The umask counts for what is made, but not here.
      chmodSync(locks, 0o1777);
    }
    if (container !== undefined && container !== '') writeFileSync(told, `${container}\n`);
  } catch (error) {
    tell(`/run lacks files: ${error instanceof Error ? error.message : String(error)}`);
  }
}
