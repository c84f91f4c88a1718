import { instantiate, unitOfPath, unitTypeOf } from '../../unit/name.ts';
import type { DeviceEntry } from '../table.ts';

/** One device of udev's database: where it is in /sys, its node if it has one, the links of the node that lead to it, and its record. */
export interface UdevDevice {
  readonly sysfs: string;
  readonly node: string | undefined;
  readonly links: readonly string[];
  readonly record: UdevRecord;
}

/** What a file of /run/udev/data says. */
export interface UdevRecord {
  readonly links: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
  readonly tags: ReadonlySet<string>;
}

/** Reads a file of /run/udev/data: lines of a letter, a colon and what it is. */
export function parseUdevRecord(text: string): UdevRecord {
  const links: string[] = [];
  const properties = new Map<string, string>();
  const tags = new Set<string>();
  for (const line of text.split('\n')) {
    const value = line.slice(2);
    const equals = value.indexOf('=');
    if (line.startsWith('S:')) links.push(`/dev/${value}`);
    if (line.startsWith('E:') && equals > 0) properties.set(value.slice(0, equals), value.slice(equals + 1));
    if (line.startsWith('G:') || line.startsWith('Q:')) tags.add(value);
  }
  return { links, properties, tags };
}

/** The units that a device is, if it is one for the manager: by its path in /sys, which all others follow, its node, links and aliases. */
export function deviceUnits({ sysfs, node, links, record }: UdevDevice): ReadonlyMap<string, DeviceEntry> {
  const found = new Map<string, DeviceEntry>();
  const main = unitOfPath(sysfs, 'device');
  if (main === undefined || !record.tags.has('systemd') || record.properties.get('SYSTEMD_READY') === '0') return found;
  const aliases = words(record.properties.get('SYSTEMD_ALIAS')).filter((path) => path.startsWith('/'));
  const plain: DeviceEntry = {
    table: 'devices',
    what: sysfs,
    path: sysfs,
    isPlugged: true,
    description: describe(record, sysfs),
    wants: [],
    following: '',
  };
  found.set(main, { ...plain, wants: wantsOf(record, sysfs) });
  for (const path of [...(node === undefined ? [] : [node]), ...links, ...aliases]) {
    const name = unitOfPath(path, 'device');
    if (name !== undefined && !found.has(name))
      found.set(name, { ...plain, path, description: describe(record, path), following: name.startsWith('sys-') ? '' : main });
  }
  return found;
}

/** The unit of a device that the kernel uses, though udev does not tell of it. */
export function tentativeDevice(path: string): DeviceEntry {
  return { table: 'devices', what: '', path, isPlugged: false, description: path, wants: [], following: '' };
}

/** Its model and label, if they are known; else its path. */
function describe({ properties }: UdevRecord, path: string): string {
  const model = properties.get('ID_MODEL_FROM_DATABASE') ?? properties.get('ID_MODEL');
  if (model === undefined) return path;
  const label = properties.get('ID_FS_LABEL') ?? properties.get('ID_PART_ENTRY_NAME') ?? properties.get('ID_PART_ENTRY_NUMBER');
  return label === undefined ? model : `${model} ${label}`;
}

/** Templates are instantiated for the device. */
function wantsOf({ properties }: UdevRecord, sysfs: string): readonly string[] {
  const instance = (unitOfPath(sysfs, 'device') ?? '').replace(/\.device$/, '');
  return words(properties.get('SYSTEMD_WANTS')).flatMap((name) => {
    if (unitTypeOf(name) === undefined) return [];
    const unit = name.includes('@.') ? instantiate(name, instance) : name;
    return unit === undefined ? [] : [unit];
  });
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
