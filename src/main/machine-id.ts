import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Who is asked for an id, and what is done with it. */
interface Means {
  /** The root directory; '' for this one. */
  readonly root: string;
  /** `systemd.machine_id=` (kernel-command-line(7)). */
  readonly told: string | undefined;
  /** `$container_uuid`, by which a container manager tells its init who it is. */
  readonly container: string | undefined;
  /** Puts a file over one that cannot be written to; false where that cannot be done. */
  readonly cover: (path: string, other: string) => boolean;
  readonly tell: (text: string) => void;
}

const path = '/etc/machine-id';

/**
 * Sees to it that the machine has an id (machine-id(5)), as process 1 of a system does: one that it is told, that D-Bus has, or that who made the
 * container gives, else a random one. Without it dbus-daemon and many others do not start. Gives whether this is the first boot, as the file says
 * that is `uninitialized` or missing.
 *
 * As the id is written at once, a first boot that does not come to its end is not one again; systemd writes it when all is up.
 */
export function settleMachineId({ root, told, container, cover, tell }: Means): boolean {
  const text = contentOf(join(root, path));
  const known = idIn(told) ?? idIn(text);
  if (known !== undefined && known === idIn(text)) return false;
  const found = known === undefined ? newId(join(root, '/var/lib/dbus/machine-id'), container) : { id: known, source: 'the command line' };
  tell(`Initializing machine ID from ${found.source}.`);
  const problem = write(root, `${found.id}\n`, cover);
  if (problem !== undefined) tell(`${path} is not set: ${problem}`);
  return text === undefined || text.trim() === 'uninitialized';
}

function newId(ofBus: string, container: string | undefined): { readonly id: string; readonly source: string } {
  const bus = idIn(contentOf(ofBus));
  if (bus !== undefined) return { id: bus, source: 'D-Bus machine ID' };
  const given = idIn(container?.replaceAll('-', '').toLowerCase());
  if (given !== undefined) return { id: given, source: 'container UUID' };
  return { id: crypto.randomUUID().replaceAll('-', ''), source: 'random generator' };
}

/** Why it cannot be had; undefined where it is there. */
function write(root: string, text: string, cover: Means['cover']): string | undefined {
  try {
    writeFileSync(join(root, path), text, { mode: 0o444 });
    return undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return coverWith(root, text, cover) ? undefined : problem;
  }
}

function coverWith(root: string, text: string, cover: Means['cover']): boolean {
  const other = join(root, '/run/machine-id');
  try {
    mkdirSync(dirname(other), { recursive: true });
    writeFileSync(other, text, { mode: 0o444 });
  } catch {
    return false;
  }
  return cover(join(root, path), other);
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The id that a text is. */
export function idIn(text: string | undefined): string | undefined {
  const [, id] = /^([0-9a-f]{32})\n?$/.exec(text ?? '') ?? [];
  return id === undefined || /^0+$/.test(id) ? undefined : id;
}
