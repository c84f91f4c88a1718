import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';

/** Makes what others than root look for below /run: where lock files are (hier(7), /var/lock), and which container this is (systemd-detect-virt(1)). */
export function furnishRun(container: string | undefined, tell: (path: string, error: unknown) => void): void {
  attempt('/run/lock', tell, (path) => {
    if (existsSync(path)) return;
    mkdirSync(path);
    // Past the umask.
    chmodSync(path, 0o1777);
  });
  if (container !== undefined && container !== '')
    attempt('/run/systemd/container', tell, (path) => {
      writeFileSync(path, `${container}\n`);
      chmodSync(path, 0o644);
    });
}

function attempt(path: string, tell: (path: string, error: unknown) => void, make: (path: string) => void): void {
  try {
    make(path);
  } catch (error) {
    tell(path, error);
  }
}
