import { existsSync, readFileSync } from 'node:fs';

/** What container managers leave behind for their init to know (https://systemd.io/CONTAINER_INTERFACE); '' outside of a container. */
export function containerId(environment: NodeJS.ProcessEnv): string {
  const told = environment['container'];
  if (told !== undefined && told !== '') return told;
  if (existsSync('/run/.containerenv')) return 'podman';
  if (existsSync('/.dockerenv')) return 'docker';
  return readOr('/run/systemd/container').trim();
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
