import type { ExecSettings } from '../unit/settings/exec.ts';
import { imageOptions, rootOf } from './mount-images.ts';
import { isExec, isNoExec, isReadOnly, isWithin, orderMounts } from './mount-order.ts';
import { insistsOnMounts, type MountEntry, type MountMode, needsMountNamespace, wantedMounts } from './mount-table.ts';
import type { Op } from './op.ts';
import type { ExecContext, ExecRequest } from './request.ts';

/** The path that an op of mounts is about, for messages; '' for other ops. */
export function targetOf(op: Op): string {
  return 'target' in op && op.op !== 'symlink' ? op.target : op.op === 'root' || op.op === 'root-image' ? op.path : '';
}

/** As the ops of mounts have them. */
const flags = { optional: 1, recursive: 2, unlessMounted: 4, follow: 8 } as const;

/** Of mount(2) and mount_setattr(2). */
const attributes = { readOnly: 0x1, noSuid: 0x2, noExec: 0x8 } as const;

const propagations = { shared: 0, slave: 1, private: 2 } as const;

/**
 * The process's own view of the file system: a copy of all mounts, the new root, the table of mounts in order, and then, when
 * all is in its place, what may not be written, executed or used to gain rights.
 */
export function mountOps(request: ExecRequest, exec: ExecSettings, context: ExecContext): readonly Op[] {
  if (!needsMountNamespace(request, exec, context)) return [];
  const entries = orderMounts(wantedMounts(request, exec, context), context.links ?? noLinks);
  const inImage = rootOf(request, exec) === '' ? flags.follow : 0;
  return [
    { op: 'mount-namespace', insist: insistsOnMounts(exec) ? 1 : 0 },
    rootOp(request, exec),
    ...entries.map((entry) => entryOp(entry, { inImage, nodes: context.inaccessible })),
    ...restrictions(entries, request.command.privilege !== 'full' && (exec.NoNewPrivileges || exec.DynamicUser), inImage),
    { op: 'enter-root', propagation: propagations[exec.MountFlags ?? 'shared'] },
  ];
}

const noLinks: ReadonlyMap<string, string> = new Map();

function rootOp(request: ExecRequest, exec: ExecSettings): Op {
  const root = rootOf(request, exec);
  if (root === '') return { op: 'root-image', path: exec.RootImage, ...imageOptions(exec.RootImageOptions) };
  return { op: 'root', path: root ?? '/' };
}

/** Devices that every program may expect. */
const deviceNames = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

interface Surroundings {
  readonly inImage: number;
  readonly nodes: string;
}

const makers: Readonly<Record<MountMode, (entry: MountEntry, flags: number, around: Surroundings) => Op>> = {
  inaccessible: ({ path }, own, { nodes }) => ({ op: 'mask', target: path, nodes, how: own }),
  overlay: ({ path, layers = [] }, own) => ({ op: 'overlay', target: path, layers, how: own }),
  image: ({ path, source = '', options = '', attributes: set = 0 }, own) => ({
    op: 'mount-image',
    path: source,
    target: path,
    options,
    attributes: set,
    how: own,
  }),
  bind: (entry, own) => bind(entry, own),
  'bind-recursive': (entry, own) => bind(entry, own | flags.recursive),
  'private-tmp': (entry, own) => bind(entry, own | flags.recursive),
  'private-devices': ({ path, options = '' }) => ({
    op: 'devices',
    target: path,
    options,
    names: deviceNames,
    log: '/run/systemd/journal/dev-log',
  }),
  'bind-devices': ({ path }, own) => bind({ path, source: '/dev' }, own | flags.recursive | flags.unlessMounted),
  'system-information': ({ path }, own) => bind({ path, source: '/sys' }, own | flags.recursive | flags.unlessMounted),
  processes: (entry, own) => fileSystem('proc', entry, own, '/proc'),
  'control-groups': (entry, own) => fileSystem('cgroup2', entry, own),
  programs: (entry, own) => fileSystem('bpf', entry, own),
  empty: (entry, own) => fileSystem('tmpfs', entry, own),
  tmpfs: (entry, own) => fileSystem('tmpfs', entry, own),
  run: (entry, own) => fileSystem('tmpfs', entry, own | flags.unlessMounted),
  'message-queues': (entry, own) => fileSystem('mqueue', entry, own),
  'read-only': mountPoint,
  'read-write': mountPoint,
  'no-exec': mountPoint,
  exec: mountPoint,
  'read-write-implicit': mountPoint,
};

function entryOp(entry: MountEntry, around: Surroundings): Op {
  return { ...makers[entry.mode](entry, (entry.optional === true ? flags.optional : 0) | around.inImage, around), setting: entry.setting };
}

function bind({ path, source = path, follow = false }: Pick<MountEntry, 'path' | 'source' | 'follow'>, own: number): Op {
  return { op: 'bind-mount', source, target: path, how: follow ? own | flags.follow : own & ~flags.follow };
}

function fileSystem(type: string, { path, options = '', attributes: set = 0 }: MountEntry, own: number, fallback = ''): Op {
  return { op: 'file-system', type, target: path, attributes: set, options, fallback, how: own };
}

function mountPoint({ path }: MountEntry, own: number): Op {
  return { op: 'mount-point', target: path, how: own };
}

/** Nothing is below them but what was just made. */
const alone: ReadonlySet<MountMode> = new Set(['empty', 'tmpfs']);

/**
 * Read-only first, then what may be executed, then no rights by SUID. An entry of the table that is below another one is left as it
 * is by that one, and speaks for itself.
 */
function restrictions(entries: readonly MountEntry[], noSuid: boolean, inImage: number): readonly Op[] {
  const restrict = (entry: MountEntry, set: number, clear: number, others: readonly MountEntry[]): Op => {
    const except = others.filter(({ path }) => path !== entry.path && isWithin(path, entry.path)).map(({ path }) => path);
    const recursive = alone.has(entry.mode) ? 0 : flags.recursive;
    return {
      op: 'restrict',
      target: entry.path,
      set,
      clear,
      except,
      how: (entry.optional === true ? flags.optional : 0) | inImage | recursive,
      setting: entry.setting,
    };
  };
  const writing = entries.flatMap((entry): readonly Op[] => {
    const set =
      (isReadOnly(entry) || entry.mode === 'private-devices' ? attributes.readOnly : 0) | (entry.noSuid === true ? attributes.noSuid : 0);
    if (entry.mode === 'inaccessible') return [restrict(entry, set | attributes.noExec, 0, [])];
    return set === 0 ? [] : [isReadOnly(entry) ? restrict(entry, set, 0, entries) : single(restrict(entry, set, 0, []))];
  });
  const executing = entries.flatMap((entry): readonly Op[] => {
    if (entry.mode === 'inaccessible') return [];
    if (isNoExec(entry)) return [restrict(entry, attributes.noExec, 0, entries)];
    return isExec(entry) ? [restrict(entry, 0, attributes.noExec, entries)] : [];
  });
  const trusted = noSuid ? uppermost(entries).map((entry) => restrict(entry, attributes.noSuid, 0, [])) : [];
  return [...writing, ...executing, ...trusted];
}

function single(op: Op): Op {
  return op.op === 'restrict' ? { ...op, how: op.how & ~flags.recursive } : op;
}

/** Those that are not below another one for which all below it is ruled too. */
function uppermost(entries: readonly MountEntry[]): readonly MountEntry[] {
  const kept: MountEntry[] = [];
  for (const entry of entries) {
    if (!kept.some(({ path, mode }) => !alone.has(mode) && isWithin(entry.path, path))) kept.push(entry);
  }
  return kept;
}
