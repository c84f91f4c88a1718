import { parseUnitName } from './name.ts';

/** The slice at the top, which all others are in. */
export const ROOT_SLICE = '-.slice';

/** Whether the name is that of a slice whose dashes say where it lies: none at its ends, none doubled, no instance. */
export function isSliceName(name: string): boolean {
  if (name === ROOT_SLICE) return true;
  const parsed = parseUnitName(name);
  if (!parsed.ok || parsed.value.type !== 'slice' || parsed.value.instance !== undefined) return false;
  const { prefix } = parsed.value;
  return !prefix.startsWith('-') && !prefix.endsWith('-') && !prefix.includes('--');
}

/** The slice that a slice is in; undefined for the root slice and for what is no slice name. */
export function parentSlice(name: string): string | undefined {
  if (name === ROOT_SLICE || !isSliceName(name)) return undefined;
  const dash = name.lastIndexOf('-');
  return dash < 0 ? ROOT_SLICE : `${name.slice(0, dash)}.slice`;
}

/** The slice of that name inside another: (`a.slice`, `b`) → `a-b.slice`; undefined where that is no slice name. */
export function sliceInside(slice: string, name: string): string | undefined {
  if (!isSliceName(slice)) return undefined;
  const inner = slice === ROOT_SLICE ? `${name}.slice` : `${slice.slice(0, -'.slice'.length)}-${name}.slice`;
  return isSliceName(inner) ? inner : undefined;
}

/** Where the cgroup of a slice lies below the manager's: `a-b.slice` → `a.slice/a-b.slice`; '' for the root slice. */
export function slicePath(name: string): string | undefined {
  return name === ROOT_SLICE ? '' : placeOf(name).path;
}

/** The slice and those that it is in, the innermost first and the root slice last; the name alone where it is no slice name. */
export function slicesFrom(name: string): readonly string[] {
  return placeOf(name).slices;
}

interface Place {
  readonly slices: readonly string[];
  readonly path: string | undefined;
}

/** Many units are in few slices, and each of their processes asks; what is no more asked for goes when there are too many. */
const places = new Map<string, Place>();
const mostPlaces = 1000;

function placeOf(name: string): Place {
  const known = places.get(name);
  if (known !== undefined) return known;
  const slices: string[] = [];
  for (let slice: string | undefined = name; slice !== undefined; slice = parentSlice(slice)) slices.push(slice);
  const path = isSliceName(name) ? slices.slice(0, -1).toReversed().map(escapeCgroupName).join('/') : undefined;
  const place = { slices, path };
  if (places.size >= mostPlaces) places.clear();
  places.set(name, place);
  return place;
}

/** A cgroup directory name; those that could be taken for files of the kernel get a `_` in front. */
export function escapeCgroupName(name: string): string {
  return needsEscape(name) ? `_${name}` : name;
}

/** The unit name behind a cgroup directory name. */
export function unescapeCgroupName(name: string): string {
  return name.startsWith('_') ? name.slice(1) : name;
}

/** The unit that a process in the cgroup at `path` belongs to: the first component below the slices; undefined where there is none. */
export function unitOfCgroup(path: string): string | undefined {
  for (const part of path.split('/')) {
    if (part === '') continue;
    const name = unescapeCgroupName(part);
    if (isSliceName(name)) continue;
    const parsed = parseUnitName(name);
    return parsed.ok && !parsed.value.isTemplate ? name : undefined;
  }
  return undefined;
}

/** The innermost slice in a cgroup path, the root slice where there is none. */
export function sliceOfCgroup(path: string): string {
  let slice = ROOT_SLICE;
  for (const part of path.split('/')) {
    if (part === '') continue;
    const name = unescapeCgroupName(part);
    if (!isSliceName(name)) break;
    slice = name;
  }
  return slice;
}

const kernelPrefixes = [
  'cgroup',
  'cpu',
  'cpuacct',
  'cpuset',
  'io',
  'blkio',
  'memory',
  'devices',
  'pids',
  'hugetlb',
  'rdma',
  'misc',
  'irq',
  'freezer',
  'net_cls',
  'net_prio',
  'perf_event',
  'debug',
  'bpf-firewall',
  'bpf-devices',
  'bpf-foreign',
  'bpf-socket-bind',
  'bpf-restrict-network-interfaces',
];
const kernelFiles = new Set(['notify_on_release', 'release_agent', 'tasks']);

function needsEscape(name: string): boolean {
  if (name === '' || name.startsWith('_') || name.startsWith('.') || kernelFiles.has(name)) return true;
  const dot = name.indexOf('.');
  return dot > 0 && kernelPrefixes.includes(name.slice(0, dot));
}
