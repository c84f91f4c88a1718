import { isGlob } from '../base/glob.ts';
import { followLinks } from '../base/follow-links.ts';
import { pathsWithLinks } from '../exec/mount-table.ts';
import type { ExecContext, Space } from '../exec/request.ts';
import { withInheritance } from '../exec/inheritance.ts';
import { isPlain } from '../exec/standing.ts';
import { pathOfGroup } from './group-place.ts';
import { type Extension, fits, hierarchies } from '../exec/extensions.ts';
import { parseEnvironmentFile } from '../unit/values/environment-file.ts';
import type { UnitConfig } from '../unit/config.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { initialValues } from '../unit/settings/parts.ts';
import type { ServiceSettings } from '../unit/settings/service.ts';
import { findAccount, resolveGroup } from './accounts.ts';
import { handsOver } from './hands-over.ts';
import { credentialSources } from './credential-sources.ts';
import { dynamicGid, dynamicUid } from './dynamic-users.ts';
import type { FileStat } from '../port/files.ts';
import { openedCredentials } from './opened-credentials.ts';
import { expandGlob } from './expand-glob.ts';
import { cgroupFacts } from './cgroup-facts.ts';
import { fileOpenHookOf } from './file-open-hook.ts';
import type { FileOpenHook } from '../exec/bpf/file-open.ts';
import { machineOf } from './machine.ts';
import { nativeArchitecture } from './native-architecture.ts';
import { numaOf } from './numa.ts';
import type { ManagerOptions } from './options.ts';
import type { World } from './world.ts';

/** The name under which the keeper holds the end of the pipe on which Type=idle waits. */
export const idlePipe = 'manager/idle';

/** Gathers the facts that a process of the unit depends on (systemd.exec(5)); everything is read at this moment. */
export function execContext(world: World, config: UnitConfig, space?: Space): ExecContext {
  const { options } = world;
  const exec = config.exec && withInheritance(config.exec, options.config.inherited);
  const stream = BigInt(world.nextStream);
  world.nextStream += 1;
  const context: Mutable<ExecContext> = { ...standingFacts(world), environment: world.environment, stream };
  const filters = cgroupFacts(world, config);
  if (filters !== undefined) context.cgroupFacts = filters;
  const hook = fileOpenOf(world, exec);
  if (hook !== undefined) context.fileOpenHook = hook;
  if (handsOver(world)) context.handsOver = true;
  if (space !== undefined) context.space = space;
  if (config.service !== undefined && config.service.OpenFile.length > 0) context.unopenable = unopenable(options, config.service);
  if (config.cgroup !== undefined) Object.assign(context, cgroupOf(world, config));
  if (exec === undefined || isPlain(exec)) return context;
  return {
    ...context,
    ...accountsOf(options, exec),
    ...dynamicUserOf(options, config),
    ...numaOf(options, exec),
    credentials: credentialSources(options, exec),
    ...openedOf(world, exec),
    environmentFiles: environmentFiles(options, exec),
    links: links(options, exec),
    ...(exec.ExtensionImages.length === 0 ? {} : { osRelease: options.facts.osRelease }),
    ...(exec.ExtensionDirectories.length === 0 ? {} : { extensions: extensions(options, exec) }),
  };
}

/** The facts for a program that is of no unit. */
export function bareContext(world: World): ExecContext {
  const { inherited } = world.options.config;
  const exec = withInheritance(initialValues.exec, inherited);
  return { ...standingFacts(world), environment: [], stream: 0n, ...numaOf(world.options, exec) };
}

function fileOpenOf(world: World, exec: ExecSettings | undefined): FileOpenHook | undefined {
  const { keeper, self } = world.options;
  if (exec === undefined || exec.RestrictFileSystems.length === 0) return undefined;
  if (keeper.inventory.tracking !== 'cgroup2' || self.uid !== 0) return undefined;
  const hook = fileOpenHookOf(world);
  return hook.ok ? hook.value : undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What is the same for all processes: the machine, the manager, and its configuration, which a new world comes with. */
function standingFacts(world: World): Omit<ExecContext, 'environment' | 'stream'> {
  const known = standing.get(world);
  if (known !== undefined) return known;
  const { options } = world;
  const facts = {
    standing: world,
    scope: options.scope,
    privileged: options.self.uid === 0,
    self: options.self,
    supplementary: [],
    ownEnvironment: { ...options.ownEnvironment, ...assigned(options.config.managerEnvironment ?? []) },
    environmentFiles: [],
    notifySocket: options.notifySocket,
    directories: options.facts.directories,
    ...(options.sessionProgram === undefined ? {} : { sessionProgram: options.sessionProgram }),
    inaccessible: `${options.self.uid === 0 ? '/run' : options.facts.directories.runtime}/systemd/inaccessible`,
    limits: options.config.limits,
    ...(options.config.inherited === undefined ? {} : { inherited: options.config.inherited }),
    defaultStandardOutput: options.config.defaultStandardOutput,
    defaultStandardError: options.config.defaultStandardError,
    idlePipe,
    ...(options.config.resources === undefined ? {} : { resources: options.config.resources }),
    sandbox: { machine: machineOf(world), policy: options.config.sandboxPolicy ?? 'systemd' },
    ...nativeArchitecture(options.facts),
    managerPid: options.keeper.inventory.pid,
  };
  standing.set(world, facts);
  return facts;
}

function assigned(block: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(block.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
}

const standing = new WeakMap<World, Omit<ExecContext, 'environment' | 'stream'>>();

function openedOf({ options, now }: World, exec: ExecSettings): Pick<ExecContext, 'openedCredentials'> {
  const opened = openedCredentials(options, exec, now.realtimeUsec);
  return opened === undefined ? {} : { openedCredentials: opened };
}

function cgroupOf(world: World, config: UnitConfig): Pick<ExecContext, 'cgroup'> {
  const { keeper, scope } = world.options;
  const { group = config.name, groupSlice } = world.peek(config.name) ?? {};
  const { tracking, cgroupRoot } = keeper.inventory;
  return tracking === 'cgroup2' ? { cgroup: `${cgroupRoot}/${pathOfGroup({ config, group, groupSlice }, scope)}` } : {};
}

function accountsOf(options: ManagerOptions, exec: ExecSettings): Pick<ExecContext, 'account' | 'gid' | 'supplementary'> {
  const account = exec.User === '' ? undefined : findAccount(options, exec.User);
  const gid = exec.Group === '' ? undefined : resolveGroup(options, exec.Group);
  const supplementary = exec.SupplementaryGroups.map((group) => resolveGroup(options, group)).filter((group) => group !== undefined);
  return { supplementary, ...(account === undefined ? {} : { account }), ...(gid === undefined ? {} : { gid }) };
}

function dynamicUserOf(options: ManagerOptions, config: UnitConfig): Pick<ExecContext, 'dynamicUid' | 'gid'> {
  const { exec } = config;
  if (exec?.DynamicUser !== true || options.self.uid !== 0) return {};
  const gid = dynamicGid(options, config);
  const group = gid === undefined ? {} : { gid };
  if (exec.User !== '' && findAccount(options, exec.User) !== undefined) return group;
  const uid = dynamicUid(options, config);
  return uid === undefined ? group : { dynamicUid: uid, ...group };
}

/** Where the paths of the table of mounts lead, as far as symlinks lead them elsewhere; what is in an image nobody knows before. */
function links({ files, self, facts: { directories } }: ManagerOptions, exec: ExecSettings): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (exec.RootImage !== '') return found;
  const root = exec.RootDirectory === '/' ? '' : exec.RootDirectory;
  for (const path of pathsWithLinks(exec, { directories, privileged: self.uid === 0 })) {
    const real = followLinks(path, (link) => files.readLink(`${root}${link}`)) ?? path;
    if (real !== path) found.set(path, real === '' ? '/' : real);
  }
  return found;
}

/** Each extension says in a file of its own name what system it is for. */
function extensions({ files, facts }: ManagerOptions, exec: ExecSettings): readonly Extension[] {
  return exec.ExtensionDirectories.map(({ path }) => {
    if (files.statFollow(path).kind !== 'directory') return { path, state: 'missing', hierarchies: [] };
    const name = (files.realPath(path) ?? path).split('/').at(-1) ?? '';
    const release = files.read(`${path}/usr/lib/extension-release.d/extension-release.${name}`, longestEnvironmentFile);
    const { assignments } = parseEnvironmentFile(new TextDecoder().decode(release));
    const values = Object.fromEntries(assignments.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
    return {
      path,
      state: release === undefined ? 'unnamed' : fits(values, facts.osRelease) ? 'fits' : 'foreign',
      hierarchies: hierarchies.filter((each) => files.statFollow(`${path}${each}`).kind === 'directory'),
    };
  });
}

const longestEnvironmentFile = 1024 * 1024;

/** The files of EnvironmentFile=, patterns expanded; a pattern that matches nothing counts as one missing file. */
function environmentFiles({ files }: ManagerOptions, exec: ExecSettings): ExecContext['environmentFiles'] {
  const contents: (string | { readonly missing: string })[] = [];
  for (const { path, optional } of exec.EnvironmentFile) {
    const paths = isGlob(path) ? expandGlob(files, path) : [path];
    if (paths.length === 0 && !optional) contents.push({ missing: path });
    for (const each of paths) {
      const bytes = files.read(each, longestEnvironmentFile);
      if (bytes !== undefined) contents.push(new TextDecoder().decode(bytes));
      else contents.push(optional || isNullDevice(files.statFollow(each)) ? '' : { missing: each });
    }
  }
  return contents;
}

/** /dev/null, by whatever name. All else that is no regular file could keep the manager waiting, or never end. */
function isNullDevice({ kind, rdev }: FileStat): boolean {
  return kind === 'character' && rdev === nullDevice;
}

/** makedev(3) of 1 and 3. */
const nullDevice = 0x103n;

/** Files that a service can do without, and has to; one that goes in between fails the start all the same. */
function unopenable({ files }: ManagerOptions, service: ServiceSettings): readonly string[] {
  const optional = service.OpenFile.filter(({ flags }) => flags.includes('graceful'));
  return optional
    .filter(({ path, flags }) => !files.access(path, flags.includes('read-only') ? READ : READ | WRITE))
    .map(({ path }) => path);
}

const READ = 4;
const WRITE = 2;
