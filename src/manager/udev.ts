import type { Files } from '../port/files.ts';
import { deviceUnits, parseUdevRecord, tentativeDevice } from '../type/device/parse.ts';
import type { DeviceEntry } from '../type/table.ts';
import { isDevicePath } from '../unit/mount-options.ts';
import { unitOfPath } from '../unit/name.ts';

/** The units of the devices that udev has tagged for the manager (udev(7)), and of those that are mounted or swapped to. */
export function readDevices(files: Files, used: Iterable<string>): ReadonlyMap<string, DeviceEntry> {
  const found = new Map<string, DeviceEntry>();
  for (const id of files.list('/run/udev/tags/systemd')) {
    const bytes = files.read(`/run/udev/data/${id}`);
    const sysfs = sysfsOf(files, id);
    if (bytes === undefined || sysfs === undefined) continue;
    const record = parseUdevRecord(new TextDecoder().decode(bytes));
    const node = nodeOf(files, id, sysfs);
    // Of several devices that want one link, it is that of the one to which it leads.
    const links = record.links.filter((link) => node !== undefined && files.realPath(link) === node);
    for (const [name, entry] of deviceUnits({ sysfs, node, links, record })) found.set(name, entry);
  }
  for (const path of used) {
    const name = path.startsWith('/dev/') && isDevicePath(path) ? unitOfPath(path, 'device') : undefined;
    if (name === undefined || found.has(name) || !isUsable(files, path)) continue;
    found.set(name, tentativeDevice(path));
  }
  return found;
}

/** The file in which udev says that something changed. */
export const udevDatabase = '/run/udev/data';

/** A device's id is its number, the index of a network interface, or its name in a subsystem. */
function sysfsOf(files: Files, id: string): string | undefined {
  const [kind, rest] = [id.slice(0, 1), id.slice(1)];
  if (kind === 'b' || kind === 'c') return files.realPath(`/sys/dev/${kind === 'b' ? 'block' : 'char'}/${rest}`);
  if (kind === 'n') return interfaceOf(files, rest);
  const [, subsystem = '', name = ''] = /^\+([^:]+):(.+)$/.exec(id) ?? [];
  if (subsystem === '') return undefined;
  const file = name.replaceAll('/', '!');
  const places = [`/sys/bus/${subsystem}/devices/${file}`, `/sys/class/${subsystem}/${file}`, `/sys/${subsystem}/${file}`];
  return places.map((place) => files.realPath(place)).find((path) => path !== undefined);
}

function interfaceOf(files: Files, index: string): string | undefined {
  const name = files.list('/sys/class/net').find((each) => textOf(files, `/sys/class/net/${each}/ifindex`).trim() === index);
  return name === undefined ? undefined : files.realPath(`/sys/class/net/${name}`);
}

function nodeOf(files: Files, id: string, sysfs: string): string | undefined {
  if (!id.startsWith('b') && !id.startsWith('c')) return undefined;
  const name = /^DEVNAME=(.+)$/m.exec(textOf(files, `${sysfs}/uevent`))?.[1];
  return name === undefined ? undefined : `/dev/${name}`;
}

/** A device that is used may have no node, but a node that is no device is not it. */
function isUsable(files: Files, path: string): boolean {
  const { kind } = files.statFollow(path);
  return kind === 'block' || kind === 'character' || kind === 'missing';
}

function textOf(files: Files, path: string): string {
  const bytes = files.read(path, 65_536);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
