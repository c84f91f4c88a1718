import { simplifyPath } from '../base/path.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { Command } from '../unit/values/types.ts';
import { dynamicName } from './dynamic-user.ts';
import { errors } from './errno.ts';
import type { Missing } from './missing.ts';
import type { Op } from './op.ts';
import type { Account, ExecContext, ExecRequest } from './request.ts';

/** Who the process will be, and the ops that make it so. */
export interface Identity {
  readonly kind: 'known';
  /** Owner of the files that are made for the service; undefined without User= and Group=, where they are the manager's. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** The name of the user that the process becomes; undefined where it stays the manager's. */
  readonly login: string | undefined;
  /** The groups that it has by itself, the primary one first; none where that is root's. */
  readonly loginGroups: readonly number[];
  /** What WorkingDirectory=~ means, where it means something. */
  readonly home: string | undefined;
  /** USER and its kin. */
  readonly variables: readonly (readonly [name: string, value: string])[];
  readonly groupOps: readonly Op[];
  readonly userOps: readonly Op[];
  readonly warnings: readonly string[];
}

/** Settles User=, Group=, SupplementaryGroups= and DynamicUser= (systemd.exec(5)), and what the prefixes `+` and `!` take from them (systemd.service(5)). */
export function identify(request: ExecRequest, exec: ExecSettings, context: ExecContext): Identity | Missing {
  const dynamic = exec.DynamicUser && context.privileged;
  const account = dynamic ? dynamicAccount(request, context) : exec.User === '' ? undefined : context.account;
  if (dynamic && account === undefined) return { ...missing(217, 'All uids for dynamic users are taken'), errno: errors.EBUSY };
  if (exec.DynamicUser && !dynamic && !isLenient(exec, context)) return { ...missing(217, needsPrivileges), errno: errors.EACCES };
  if (exec.User !== '' && account === undefined) return missing(217, `User ${exec.User} does not exist`);
  const gid = exec.Group === '' ? account?.gid : (context.gid ?? (dynamic ? account?.gid : undefined));
  if (exec.Group !== '' && gid === undefined) return missing(216, `Group ${exec.Group} does not exist`);
  if (context.supplementary.length < exec.SupplementaryGroups.length) {
    return missing(216, `Not all of these groups exist: ${exec.SupplementaryGroups.join(' ')}`);
  }
  const loginGroups = account === undefined || gid === undefined || gid === 0 ? none : [gid, ...account.groups];
  return {
    kind: 'known',
    uid: account?.uid,
    gid,
    loginGroups,
    login: changesUser.has(request.command.privilege) ? account?.name : undefined,
    home: clean((account ?? context.self).home),
    variables: loginVariables(exec, context, account),
    ...(changesUser.has(request.command.privilege)
      ? changeOps(context, account, gid)
      : { groupOps: keptGroups(context, loginGroups), userOps: none }),
    warnings: exec.DynamicUser && !dynamic ? withoutDynamicUser : none,
  };
}

// The prefix `!!` makes a difference only where the kernel has no ambient capabilities (before Linux 4.3).
const changesUser: ReadonlySet<Command['privilege']> = new Set<Command['privilege']>(['normal', 'ambient-fallback']);

const none: readonly never[] = [];
const needsPrivileges = 'DynamicUser= needs privileges';
const withoutDynamicUser: readonly string[] = [`${needsPrivileges}: the service runs as the user of the manager`];

function isLenient({ SandboxPolicy }: ExecSettings, { sandbox }: ExecContext): boolean {
  return (SandboxPolicy ?? sandbox?.policy) === 'lenient';
}

function missing(exit: number, message: string): Missing {
  return { kind: 'missing', exit, errno: errors.ESRCH, message };
}

const noLoginShells: ReadonlySet<string> = new Set(
  ['nologin', 'false', 'true'].flatMap((name) => ['/bin/', '/sbin/', '/usr/bin/', '/usr/sbin/'].map((directory) => directory + name)),
);

/** By default what User= names is a login, and nothing else (systemd.exec(5), SetLoginEnvironment=). */
function loginVariables(exec: ExecSettings, context: ExecContext, account: Account | undefined): Identity['variables'] {
  const login = account ?? (exec.SetLoginEnvironment === true ? context.self : undefined);
  const home = clean((login ?? context.self).home);
  if (login === undefined) return exec.WorkingDirectory?.path === '~' && home !== undefined ? [['HOME', home]] : none;
  if (exec.SetLoginEnvironment === false) return [['USER', login.name]];
  const variables: (readonly [string, string])[] = [];
  if (home !== undefined) variables.push(['HOME', home]);
  variables.push(['LOGNAME', login.name], ['USER', login.name]);
  if (login.shell.startsWith('/') && !noLoginShells.has(login.shell)) variables.push(['SHELL', simplifyPath(login.shell)]);
  return variables;
}

/** A home directory that says something; `/` does not. */
function clean(home: string): string | undefined {
  return home.startsWith('/') && home !== '/' ? simplifyPath(home) : undefined;
}

function changeOps(context: ExecContext, account: Account | undefined, gid: number | undefined): Pick<Identity, 'groupOps' | 'userOps'> {
  const { self, supplementary } = context;
  const own = !context.privileged && (account === undefined || account.uid === self.uid);
  if (own) {
    // The child asks only for what it does not have already: the kernel then refuses as it refuses systemd's.
    const lacking = supplementary.some((group) => group !== self.gid && !self.groups.includes(group));
    return { groupOps: [...(lacking ? setGroups(supplementary) : []), ...(gid === self.gid ? [] : setGid(gid))], userOps: [] };
  }
  if (account === undefined)
    return { groupOps: [...(supplementary.length > 0 ? setGroups(supplementary) : []), ...setGid(gid)], userOps: [] };
  // The root group brings no memberships with it, but a user that is not root must lose those of the manager.
  const groups = gid === undefined || gid === 0 ? supplementary : [gid, ...account.groups, ...supplementary];
  const keepsGroups = account.uid === 0 && groups.length === 0;
  return { groupOps: [...(keepsGroups ? [] : setGroups(groups)), ...setGid(gid)], userOps: [{ op: 'uid', uid: account.uid }] };
}

/** With the prefixes `+` and `!` a process stays root, and is in the groups of its user all the same: but for those of SupplementaryGroups=. */
function keptGroups({ privileged }: ExecContext, loginGroups: readonly number[]): readonly Op[] {
  return privileged && loginGroups.length > 0 ? setGroups(loginGroups) : none;
}

function setGroups(groups: readonly number[]): readonly Op[] {
  return [{ op: 'groups', gids: [...new Set(groups)].map(String) }];
}

function setGid(gid: number | undefined): readonly Op[] {
  return gid === undefined ? [] : [{ op: 'gid', gid }];
}

/** The user of a DynamicUser=: one of that name that exists, else one with the uid that the manager found to be free. It has no home and no shell. */
function dynamicAccount(request: ExecRequest, context: ExecContext): Account | undefined {
  if (context.account !== undefined) return { ...context.account, home: '/', shell: '' };
  const { dynamicUid: uid } = context;
  return uid === undefined ? undefined : { name: dynamicName(request.config), uid, gid: uid, home: '/', shell: '', groups: [] };
}
