import type { Files } from '../port/files.ts';

type Look = Pick<Files, 'read' | 'list' | 'statFollow' | 'realPath'>;

/** Something is mounted at the path, which may be a symlink to the place; what is not there is no mount point. */
export function isMountPoint(files: Look, path: string): boolean {
  const place = files.realPath(path);
  if (place === undefined) return false;
  return place === '/' || mountsOf(files).has(place);
}

/** The file system at the path cannot be written, whoever asks. */
export function isReadOnly(files: Look, path: string): boolean {
  const place = files.realPath(path);
  if (place === undefined) return false;
  const mounts = mountsOf(files);
  for (let above = place; ; above = above.slice(0, above.lastIndexOf('/')) || '/') {
    const mount = mounts.get(above);
    if (mount !== undefined || above === '/') return mount?.readOnly ?? false;
  }
}

/** The block device below the file system of the path is one of dm-crypt, or lies only on such (systemd.unit(5), ConditionPathIsEncrypted=). */
export function isEncrypted(files: Look, path: string): boolean {
  const { kind, device } = files.statFollow(path);
  if (kind === 'missing') return false;
  return isEncryptedDevice(files, `/sys/dev/block/${majorOf(device)}:${minorOf(device)}`, 10);
}

function isEncryptedDevice(files: Look, directory: string, depth: number): boolean {
  if (depth === 0) return false;
  const uuid = files.read(`${directory}/dm/uuid`, 256);
  if (uuid !== undefined && new TextDecoder().decode(uuid).startsWith('CRYPT-')) return true;
  const below = files.list(`${directory}/slaves`);
  if (below.length > 0) return below.every((name) => isEncryptedDevice(files, `${directory}/slaves/${name}`, depth - 1));
  const isPartition = files.statFollow(`${directory}/partition`).kind === 'file';
  const whole = isPartition ? files.realPath(directory) : undefined;
  return whole !== undefined && isEncryptedDevice(files, whole.slice(0, whole.lastIndexOf('/')), depth - 1);
}

/** As gnu_dev_major(3) and gnu_dev_minor(3) take device numbers apart; they do not fit the operators of 32 bits. */
function majorOf(device: number): number {
  return Number(((BigInt(device) >> 8n) & 0xfffn) | ((BigInt(device) >> 32n) & 0xfffff000n));
}

function minorOf(device: number): number {
  return Number((BigInt(device) & 0xffn) | ((BigInt(device) >> 12n) & 0xffffff00n));
}

interface Mount {
  readonly readOnly: boolean;
}

/** The mount table by mount point; of several on one point the last counts (proc_pid_mountinfo(5)). */
function mountsOf(files: Look): ReadonlyMap<string, Mount> {
  const table = files.read('/proc/self/mountinfo', 16 * 1024 * 1024);
  const mounts = new Map<string, Mount>();
  for (const line of new TextDecoder().decode(table ?? new Uint8Array()).split('\n')) {
    const [, , , , point, options = '', ...rest] = line.split(' ');
    if (point === undefined) continue;
    const readOnly = [options, rest.at(-1) ?? ''].some((list) => list.split(',').includes('ro'));
    mounts.set(decodeOctal(point), { readOnly });
  }
  return mounts;
}

function decodeOctal(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
