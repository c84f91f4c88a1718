import type { ExecSettings } from '../unit/settings/exec.ts';
import type { Op } from './op.ts';
import type { Account, ExecContext, ExecRequest } from './request.ts';

/** Who the process will be, and the ops that make it so. */
export interface Identity {
  readonly kind: 'known';
  /** Owner of the files that are made for the service; undefined without User= and Group=, where they are the manager's. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** What WorkingDirectory=~ means, where it means something. */
  readonly home: string | undefined;
  /** USER and its kin. */
  readonly variables: readonly (readonly [string, string])[];
  readonly groupOps: readonly Op[];
  readonly userOps: readonly Op[];
  readonly warnings: readonly string[];
}

/** Who the process should be does not exist; `exit` is the status that the child ends with. */
export interface MissingIdentity {
  readonly kind: 'missing';
  readonly exit: number;
  readonly message: string;
}

/** Settles User=, Group=, SupplementaryGroups= and DynamicUser= (systemd.exec(5)), and what the prefixes `+` and `!` take from them (systemd.service(5)). */
export function identify(request: ExecRequest, exec: ExecSettings, context: ExecContext): Identity | MissingIdentity {
  const dynamic = exec.DynamicUser && context.privileged;
  const account = exec.User === '' && !dynamic ? undefined : (context.account ?? (dynamic ? dynamicAccount(request, exec) : undefined));
  if (exec.User !== '' && account === undefined) return missing(217, `User ${exec.User} does not exist`);
  const gid = exec.Group === '' ? account?.gid : (context.gid ?? (dynamic ? account?.gid : undefined));
  if (exec.Group !== '' && gid === undefined) return missing(216, `Group ${exec.Group} does not exist`);
  if (context.supplementary.length < exec.SupplementaryGroups.length) {
    return missing(216, `Not all of these groups exist: ${exec.SupplementaryGroups.join(' ')}`);
  }
  const warnings = exec.DynamicUser && !dynamic ? withoutDynamicUser : none;
  const login = loginAccount(exec, context, account);
  if (account === undefined && gid === undefined && login === undefined && context.supplementary.length === 0) {
    return homeIsWanted(exec) ? { ...nobodyElse, ...ownHome(context), warnings } : { ...nobodyElse, warnings };
  }
  const home = account === undefined ? clean(context.self.home) : clean(account.home);
  const variables = [
    ...loginVariables(exec, login),
    ...(login === undefined && homeIsWanted(exec) && home !== undefined ? [['HOME', home] as const] : []),
  ];
  // With the prefix `!!` the user changes as usual: it differs only where the kernel has no ambient capabilities (before Linux 4.3).
  const changes = request.command.privilege === 'normal' || request.command.privilege === 'ambient-fallback';
  const ops = changes ? changeOps(context, account, gid) : { groupOps: [], userOps: [] };
  return { kind: 'known', uid: account?.uid, gid, home, variables, ...ops, warnings };
}

const none: readonly string[] = [];
const withoutDynamicUser: readonly string[] = ['DynamicUser= needs privileges: the service runs as the user of the manager'];

const nobodyElse: Identity = {
  kind: 'known',
  uid: undefined,
  gid: undefined,
  home: undefined,
  variables: [],
  groupOps: [],
  userOps: [],
  warnings: none,
};

function missing(exit: number, message: string): MissingIdentity {
  return { kind: 'missing', exit, message };
}

function homeIsWanted(exec: ExecSettings): boolean {
  return exec.WorkingDirectory?.path === '~';
}

function ownHome(context: ExecContext): Pick<Identity, 'home' | 'variables'> {
  const home = clean(context.self.home);
  return { home, variables: home === undefined ? [] : [['HOME', home]] };
}

/** systemd.exec(5), SetLoginEnvironment=: by default what User= names is a login. */
function loginAccount(exec: ExecSettings, context: ExecContext, account: Account | undefined): Account | undefined {
  if (account !== undefined) return account;
  return exec.SetLoginEnvironment === true ? context.self : undefined;
}

const noLoginShells: ReadonlySet<string> = new Set(
  ['nologin', 'false', 'true'].flatMap((name) => ['/bin/', '/sbin/', '/usr/bin/', '/usr/sbin/'].map((directory) => directory + name)),
);

function loginVariables(exec: ExecSettings, account: Account | undefined): readonly (readonly [string, string])[] {
  if (account === undefined) return [];
  if (exec.SetLoginEnvironment === false) return [['USER', account.name]];
  const home = clean(account.home);
  const variables: (readonly [string, string])[] = [];
  if (home !== undefined) variables.push(['HOME', home]);
  variables.push(['LOGNAME', account.name], ['USER', account.name]);
  if (account.shell.startsWith('/') && !noLoginShells.has(account.shell)) variables.push(['SHELL', account.shell]);
  return variables;
}

/** A home directory that says something; `/` does not. */
function clean(home: string): string | undefined {
  return home.startsWith('/') && home !== '/' ? home : undefined;
}

function changeOps(
  context: ExecContext,
  account: Account | undefined,
  gid: number | undefined,
): { readonly groupOps: readonly Op[]; readonly userOps: readonly Op[] } {
  const { self } = context;
  const own = !context.privileged && (account === undefined || account.uid === self.uid);
  // Without privileges the child asks only for what it does not have already: the kernel then refuses as it refuses systemd's.
  const held = own ? new Set([self.gid, ...self.groups]) : undefined;
  const wanted = own || account === undefined || gid === undefined || gid === 0 ? [] : [gid, ...account.groups];
  const groups = new Set([...wanted, ...context.supplementary]);
  const groupOps: Op[] = [];
  if ([...groups].some((group) => held === undefined || !held.has(group))) {
    groupOps.push({ op: 'groups', gids: [...groups].map(String) });
  }
  if (gid !== undefined && !(own && gid === self.gid)) groupOps.push({ op: 'gid', gid });
  return { groupOps, userOps: account === undefined || own ? [] : [{ op: 'uid', uid: account.uid }] };
}

/** Range of the uids of dynamic users (systemd.exec(5), DynamicUser=). */
const dynamicUids = { first: 61184, last: 65519 } as const;

/** The user of a DynamicUser=: the same name always has the same number, so that its files stay its own. */
function dynamicAccount(request: ExecRequest, exec: ExecSettings): Account {
  const name = exec.User === '' ? dynamicName(request.config.name) : exec.User;
  const uid = dynamicUids.first + (hash(name) % (dynamicUids.last - dynamicUids.first + 1));
  return { name, uid, gid: uid, home: '/', shell: '/usr/sbin/nologin', groups: [] };
}

/** The unit's name up to `@` or the suffix, if that can be the name of a user. */
function dynamicName(unit: string): string {
  const prefix = unit.replace(/@.*$|\.[^.]*$/, '');
  return /^[A-Za-z_][A-Za-z0-9_-]{0,30}$/.test(prefix) ? prefix : `_du${hash(unit).toString(16).padStart(8, '0')}`;
}

/** FNV-1a of 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
