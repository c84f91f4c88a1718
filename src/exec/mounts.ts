import type { ExecSettings } from '../unit/settings/exec.ts';
import { ephemeralCopy } from './ephemeral-root.ts';
import { errors } from './errno.ts';
import { extensionImageOps } from './extensions.ts';
import { rootOptions } from '../unit/values/image.ts';
import { imageOptions, rootOf } from './mount-images.ts';
import { isExec, isNoExec, isReadOnly, isWithin, orderMounts } from './mount-order.ts';
import type { Missing } from './missing.ts';
import type { MountEntry, MountMode } from './mount-entry.ts';
import { insistsOnMounts, needsMountNamespace, wantedMounts } from './mount-table.ts';
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
  const known = made.get(exec);
  const view = known !== undefined && isFor(known, request, context) ? known : makeView(request, exec, context);
  if (view !== known) made.set(exec, view);
  return view.ops.map((op) => ofThisRun(op, context));
}

/** The ops of one view, and all that they depend on but the settings. */
interface View {
  readonly ops: readonly Op[];
  readonly full: boolean;
  readonly root: string | undefined;
  readonly hasTmp: boolean;
  readonly context: Pick<ExecContext, 'directories' | 'inaccessible' | 'privileged'>;
  readonly links: ReadonlyMap<string, string>;
  readonly extensions: string;
}

/** The last one of each unit: the processes of a unit, and its runs, differ in little else than in the private directories. */
const made = new WeakMap<ExecSettings, View>();

function isFor(view: View, request: ExecRequest, context: ExecContext): boolean {
  const links = context.links ?? noLinks;
  return (
    view.full === (request.command.privilege === 'full') &&
    view.root === rootOf(request, request.config.exec ?? noRoot) &&
    view.hasTmp === (context.space?.tmp !== undefined) &&
    view.context.directories === context.directories &&
    view.context.inaccessible === context.inaccessible &&
    view.context.privileged === context.privileged &&
    view.extensions === JSON.stringify(context.extensions ?? '') &&
    view.links.size === links.size &&
    [...links].every(([path, to]) => view.links.get(path) === to)
  );
}

const noRoot = { RootImage: '', RootDirectory: '' } as const;

/** May a service start without what cannot be applied. */
function isLenient({ SandboxPolicy }: ExecSettings, { sandbox }: ExecContext): boolean {
  return (SandboxPolicy ?? sandbox?.policy) === 'lenient';
}

function makeView(request: ExecRequest, exec: ExecSettings, context: ExecContext): View {
  const links = context.links ?? noLinks;
  const full = request.command.privilege === 'full';
  const entries = orderMounts(wantedMounts(request, exec, context), links);
  const root = rootOf(request, exec);
  const inImage = root === '' ? flags.follow : 0;
  const ops: readonly Op[] = [
    { op: 'mount-namespace', insist: insistsOnMounts(exec, isLenient(exec, context)) ? 1 : 0 },
    rootOp(request, exec),
    ...(full ? none : extensionImageOps(exec, context)),
    ...entries.map((entry) => entryOp(entry, { inImage, nodes: context.inaccessible })),
    ...restrictions(entries, !full && (exec.NoNewPrivileges || exec.DynamicUser), inImage),
    { op: 'enter-root', propagation: propagations[exec.MountFlags ?? 'shared'] },
  ];
  const { directories, inaccessible, privileged } = context;
  return {
    ops,
    full,
    root,
    hasTmp: context.space?.tmp !== undefined,
    context: { directories, inaccessible, privileged },
    links,
    extensions: JSON.stringify(context.extensions ?? ''),
  };
}

/** What differs from run to run: the private directories for temporary files, and the copy of the root. */
function ofThisRun(op: Op, context: ExecContext): Op {
  if (op.op === 'bind-mount' && op.setting === 'PrivateTmp') return privateTmpOp(op, context);
  const { space } = context;
  if (space?.root === undefined || (op.op !== 'root' && op.op !== 'root-image')) return op;
  return op.path === '/' ? op : { ...op, path: ephemeralCopy(space.root), setting: 'RootEphemeral' };
}

function privateTmpOp(op: Extract<Op, { readonly op: 'bind-mount' }>, { space }: ExecContext): Op {
  const directory = op.source === 'tmp' ? space?.tmp?.tmp : space?.tmp?.varTmp;
  return directory === undefined ? op : { ...op, source: `${directory}/tmp` };
}

/** Why the root or an image cannot be had as the unit says, so that its program is not executed: what is to be verified is not used without that. */
export function imageTrouble(request: ExecRequest, exec: ExecSettings): Missing | undefined {
  const sandboxed = request.command.privilege !== 'full';
  if (rootOf(request, exec) === '') {
    const verity = (['RootHash', 'RootHashSignature', 'RootVerity'] as const).find((setting) => exec[setting] !== '');
    if (verity !== undefined) return notHad(verity, 'asks for a verified image, which takes dm-verity: that is not set up here');
    if (exec.RootImagePolicy !== '') return notHad('RootImagePolicy', unchecked);
  }
  if (exec.RootMStack !== '') return notHad('RootMStack', 'asks for a root that is put together of layers, which is not done here');
  if (sandboxed && exec.ExtensionImages.length > 0 && exec.ExtensionImagePolicy !== '') return notHad('ExtensionImagePolicy', unchecked);
  if (sandboxed && exec.MountImages.length > 0 && exec.MountImagePolicy !== '') return notHad('MountImagePolicy', unchecked);
  return undefined;
}

const unchecked = 'cannot be checked here';

function notHad(setting: string, why: string): Missing {
  return { kind: 'missing', exit: 226, errno: errors.EOPNOTSUPP, message: `${setting}= ${why}`, setting };
}

const noLinks: ReadonlyMap<string, string> = new Map();

function rootOp(request: ExecRequest, exec: ExecSettings): Op {
  const root = rootOf(request, exec);
  if (root === '') return { op: 'root-image', path: exec.RootImage, ...imageOptions(rootOptions(exec.RootImageOptions)) };
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
  const restrict = (index: number, entry: MountEntry, { set = 0, clear = 0, spread = 'all' }: Restriction): Op => ({
    op: 'restrict',
    target: entry.path,
    set,
    clear,
    except: spread === 'but' ? pathsBelow(entries, index) : none,
    how: (entry.optional === true ? flags.optional : 0) | inImage | (spread === 'alone' || alone.has(entry.mode) ? 0 : flags.recursive),
    setting: entry.setting,
  });
  const writing: Op[] = [];
  const executing: Op[] = [];
  for (const [index, entry] of entries.entries()) {
    const readOnly = isReadOnly(entry);
    const set = (readOnly || entry.mode === 'private-devices' ? attributes.readOnly : 0) | (entry.noSuid === true ? attributes.noSuid : 0);
    if (entry.mode === 'inaccessible') {
      writing.push(restrict(index, entry, { set: set | attributes.noExec }));
      continue;
    }
    if (set !== 0) writing.push(restrict(index, entry, { set, spread: readOnly ? 'but' : 'alone' }));
    if (isNoExec(entry)) executing.push(restrict(index, entry, { set: attributes.noExec, spread: 'but' }));
    else if (isExec(entry)) executing.push(restrict(index, entry, { clear: attributes.noExec, spread: 'but' }));
  }
  const trusted = noSuid ? uppermost(entries).map((entry) => restrict(0, entry, { set: attributes.noSuid })) : none;
  return [...writing, ...executing, ...trusted];
}

/** What is set and cleared; for the path alone, for all below it, or for all but the table's other paths there. */
interface Restriction {
  readonly set?: number;
  readonly clear?: number;
  readonly spread?: 'alone' | 'all' | 'but';
}

const none: readonly never[] = [];

/** In the order of the table they follow at once. */
function pathsBelow(entries: readonly MountEntry[], index: number): readonly string[] {
  const above = entries[index]?.path ?? '/';
  let end = index + 1;
  while (isWithin(entries[end]?.path ?? '', above) && end < entries.length) end += 1;
  return entries.slice(index + 1, end).map(({ path }) => path);
}

/** Those that are not below another one for which all below it is ruled too. */
function uppermost(entries: readonly MountEntry[]): readonly MountEntry[] {
  const kept: MountEntry[] = [];
  let ruler: string | undefined;
  for (const entry of entries) {
    if (ruler !== undefined && isWithin(entry.path, ruler)) continue;
    kept.push(entry);
    if (!alone.has(entry.mode)) ruler = entry.path;
  }
  return kept;
}
