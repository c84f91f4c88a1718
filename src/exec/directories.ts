import type { UnitConfig } from '../unit/config.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { isWithinAnother, parentsFirst } from '../unit/values/managed-directory.ts';
import type { ManagedDirectory } from '../unit/values/types.ts';
import { credentialsRemoval } from './credentials.ts';
import type { Identity } from './identity.ts';
import type { Op, Plan } from './op.ts';
import type { ExecContext } from './request.ts';
import { terminalReturnOps } from './terminal.ts';

/** One kind of managed directory (systemd.exec(5), RuntimeDirectory= and its kin). */
interface Kind {
  readonly base: keyof ExecContext['directories'];
  readonly setting: 'RuntimeDirectory' | 'StateDirectory' | 'CacheDirectory' | 'LogsDirectory' | 'ConfigurationDirectory';
  readonly mode: 'RuntimeDirectoryMode' | 'StateDirectoryMode' | 'CacheDirectoryMode' | 'LogsDirectoryMode' | 'ConfigurationDirectoryMode';
  readonly variable: string;
  /** Exit status of a child that cannot make one. */
  readonly exit: number;
  /** It is given to the service's user each time; configuration that is there belongs to whoever administers the machine. */
  readonly owned: boolean;
}

const none: readonly never[] = [];

const kinds: readonly Kind[] = [
  { base: 'runtime', setting: 'RuntimeDirectory', mode: 'RuntimeDirectoryMode', variable: 'RUNTIME_DIRECTORY', exit: 233, owned: true },
  { base: 'state', setting: 'StateDirectory', mode: 'StateDirectoryMode', variable: 'STATE_DIRECTORY', exit: 238, owned: true },
  { base: 'cache', setting: 'CacheDirectory', mode: 'CacheDirectoryMode', variable: 'CACHE_DIRECTORY', exit: 239, owned: true },
  { base: 'logs', setting: 'LogsDirectory', mode: 'LogsDirectoryMode', variable: 'LOGS_DIRECTORY', exit: 240, owned: true },
  {
    base: 'configuration',
    setting: 'ConfigurationDirectory',
    mode: 'ConfigurationDirectoryMode',
    variable: 'CONFIGURATION_DIRECTORY',
    exit: 241,
    owned: false,
  },
];

/** A managed directory: where it is seen, where it really is, and below what. */
export interface ManagedPath {
  readonly setting: Kind['setting'];
  readonly base: string;
  readonly path: string;
  readonly real: string;
  /** It lies in another one of them, and so is found with that. */
  readonly within: boolean;
}

/** All managed directories of a unit. Those of a dynamic user are kept in a directory that lets nobody pass, since their owner's number may be another's later. */
export function managedPaths(
  exec: ExecSettings,
  { directories, privileged }: Pick<ExecContext, 'directories' | 'privileged'>,
): readonly ManagedPath[] {
  return kinds.flatMap((kind) => {
    const base = directories[kind.base];
    const room = privileged && isPrivate(exec, kind) ? `${base}/private` : base;
    return parentsFirst(exec[kind.setting]).map((directory, _, all) => ({
      setting: kind.setting,
      base,
      path: `${base}/${directory.path}`,
      real: `${room}/${directory.path}`,
      within: isWithinAnother(directory, all),
    }));
  });
}

function isPrivate(exec: ExecSettings, { base }: Kind): boolean {
  if (!exec.DynamicUser || base === 'configuration') return false;
  return base !== 'runtime' || exec.RuntimeDirectoryPreserve !== 'no';
}

/** Makes the directories and the links to them. */
export function directoryOps(exec: ExecSettings, context: ExecContext, identity: Identity): readonly Op[] {
  if (!hasDirectories(exec)) return none;
  const rooted = context.privileged && context.scope === 'system';
  // A manager that may not give files away makes them its own.
  const owner = rooted ? { uid: identity.uid ?? 0, gid: identity.gid ?? 0 } : context.self;
  const known = made.get(exec);
  if (known?.rooted === rooted && known.uid === owner.uid && known.gid === owner.gid && known.directories === context.directories)
    return known.ops;
  const ops = makeOps(exec, context, rooted, owner);
  made.set(exec, { rooted, uid: owner.uid, gid: owner.gid, directories: context.directories, ops });
  return ops;
}

/** The last ones of each unit, whose processes all have them. */
const made = new WeakMap<
  ExecSettings,
  {
    readonly rooted: boolean;
    readonly uid: number;
    readonly gid: number;
    readonly directories: ExecContext['directories'];
    readonly ops: readonly Op[];
  }
>();

function makeOps(
  exec: ExecSettings,
  context: ExecContext,
  rooted: boolean,
  owner: { readonly uid: number; readonly gid: number },
): readonly Op[] {
  return kinds.flatMap((kind) =>
    parentsFirst(exec[kind.setting]).flatMap((directory, _, all): readonly Op[] => {
      const base = context.directories[kind.base];
      // As systemd does, so that no program of a user who is gone tomorrow may run as whoever has his number then.
      const mode = exec.DynamicUser && kind.owned ? exec[kind.mode] & 0o1777 : exec[kind.mode];
      const { exit } = kind;
      if (!kind.owned) {
        const path = `${base}/${directory.path}`;
        return [
          { op: 'mkdir-parents', path, mode: 0o755, exit },
          { op: 'mkdir-unless-there', path, mode, uid: owner.uid, gid: owner.gid, exit },
          ...linkOps(base, directory, exit),
        ];
      }
      const own = { mode, uid: owner.uid, gid: owner.gid, exit };
      return [
        ...(rooted
          ? roomOps(exec, kind, base, directory.path, own, isWithinAnother(directory, all))
          : [{ op: 'directory', path: `${base}/${directory.path}`, ...own } as const]),
        ...linkOps(base, directory, exit),
      ];
    }),
  );
}

/** The directory where it belongs, from where it was when the unit had another kind of user. */
function roomOps(
  exec: ExecSettings,
  kind: Kind,
  base: string,
  name: string,
  own: { readonly mode: number; readonly uid: number; readonly gid: number; readonly exit: number },
  within: boolean,
): readonly Op[] {
  const { exit } = own;
  const [open, closed] = [`${base}/${name}`, `${base}/private/${name}`];
  if (kind.base === 'runtime' && !isPrivate(exec, kind)) return [{ op: 'directory', path: open, ...own }];
  const text = relative(name, `private/${name}`);
  if (!isPrivate(exec, kind))
    return [
      { op: 'move-directory', path: closed, to: open, link: text, exit },
      { op: 'directory', path: open, ...own },
    ];
  return [
    { op: 'directory', path: `${base}/private`, mode: 0o700, uid: 0, gid: 0, exit },
    { op: 'mkdir-parents', path: closed, mode: 0o755, exit },
    { op: 'move-directory', path: open, to: closed, link: '', exit },
    { op: 'directory', path: closed, ...own },
    ...(within ? none : openOps(open, text, exit)),
  ];
}

/** The link to a directory that is kept private, from where others know it. */
function openOps(path: string, target: string, exit: number): readonly Op[] {
  return [
    { op: 'mkdir-parents', path, mode: 0o755, exit },
    { op: 'symlink', target, path, exit },
  ];
}

/** The setting whose directories a child cannot make that ends with this status. */
export function directorySetting(exit: number | undefined): Kind['setting'] | undefined {
  return kinds.find((kind) => kind.exit === exit)?.setting;
}

/** RUNTIME_DIRECTORY and its kin, for the kinds that the unit has. */
export function directoryVariables(exec: ExecSettings, context: ExecContext): readonly (readonly [string, string])[] {
  if (!hasDirectories(exec)) return none;
  return kinds.filter((kind) => exec[kind.setting].length > 0).map((kind) => [kind.variable, pathsOf(exec, kind, context).join(':')]);
}

function pathsOf(exec: ExecSettings, kind: Kind, { directories }: ExecContext): readonly string[] {
  return parentsFirst(exec[kind.setting]).map(({ path }) => `${directories[kind.base]}/${path}`);
}

/**
 * What removes the unit's credentials and runtime directories when it has stopped (systemd.exec(5), RuntimeDirectoryPreserve=); empty if there
 * is nothing to remove. `restarting`: the unit will start again, by Restart= or a queued job.
 */
export function removalPlan(
  config: UnitConfig,
  directories: ExecContext['directories'],
  { restarting }: { readonly restarting: boolean } = { restarting: false },
): Plan {
  const runtime = runtimeRemoval(config, directories, restarting);
  const credentials = credentialsRemoval(config, directories);
  const terminal = config.service === undefined || config.exec === undefined ? none : terminalReturnOps(config.exec);
  return credentials.length === 0 && terminal.length === 0 ? runtime : [...credentials, ...runtime, ...terminal];
}

/** The kinds of directories that `systemctl clean` can be asked to remove. */
export type CleanableKind = Kind['base'];

/** What removes the directories of these kinds, also those below private/ and the links to them (systemctl(1), clean); empty where there are none. */
export function cleanPlan(exec: ExecSettings, directories: ExecContext['directories'], wanted: ReadonlySet<CleanableKind>): Plan {
  const found = kinds
    .filter(({ base }) => wanted.has(base))
    .flatMap((kind) =>
      exec[kind.setting].flatMap((directory) => cleanedPaths(kind, directory).map((path) => ({ base: directories[kind.base], path }))),
    );
  // What a service owned may hold links in place of the directories below it, so what is above goes first.
  found.sort((a, b) => depthOf(a.path) - depthOf(b.path));
  return found.length === 0 ? none : [{ op: 'remove-below', bases: found.map(({ base }) => base), paths: found.map(({ path }) => path) }];
}

function cleanedPaths({ base }: Kind, { path, symlinks }: ManagedDirectory): readonly string[] {
  return [path, ...(base === 'configuration' ? [] : [`private/${path}`]), ...symlinks];
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function runtimeRemoval({ exec }: UnitConfig, directories: ExecContext['directories'], restarting: boolean): Plan {
  if (exec === undefined || exec.RuntimeDirectory.length === 0) return none;
  if (exec.RuntimeDirectoryPreserve === 'yes' || (exec.RuntimeDirectoryPreserve === 'restart' && restarting)) return [];
  const base = directories.runtime;
  return exec.RuntimeDirectory.flatMap(({ path, symlinks }): readonly Op[] => [
    // Where it is kept for a dynamic user only the link to it is there.
    ...(exec.DynamicUser ? [{ op: 'remove', path: `${base}/private/${path}`, tolerate: true } as const] : []),
    { op: 'remove', path: `${base}/${path}`, tolerate: true },
    ...symlinks.map((link): Op => ({ op: 'unlink', path: `${base}/${link}`, tolerate: true })),
  ]);
}

function hasDirectories(exec: ExecSettings): boolean {
  for (const { setting } of kinds) if (exec[setting].length > 0) return true;
  return false;
}

function linkOps(base: string, { path, symlinks }: ManagedDirectory, exit: number): readonly Op[] {
  return symlinks.flatMap((link): readonly Op[] => [
    { op: 'mkdir-parents', path: `${base}/${link}`, mode: 0o755, exit },
    { op: 'symlink', target: relative(link, path), path: `${base}/${link}`, exit },
  ]);
}

/** The way from the directory of `link` to `path`, both below the same base. */
function relative(link: string, path: string): string {
  const from = link.split('/').slice(0, -1);
  const to = path.split('/');
  let same = 0;
  while (same < from.length && same < to.length - 1 && from[same] === to[same]) same += 1;
  return [...from.slice(same).map(() => '..'), ...to.slice(same)].join('/');
}
