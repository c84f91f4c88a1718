import type { Account } from '../exec/request.ts';
import type { Files } from '../port/files.ts';

interface Databases {
  readonly stamp: string;
  readonly users: ReadonlyMap<string, Account>;
  readonly groups: ReadonlyMap<string, number>;
}

const cache = new WeakMap<Files, Databases>();

/** The account of a user name or number, from passwd(5) and group(5). */
export function findAccount(files: Files, user: string): Account | undefined {
  return databases(files).users.get(user);
}

/** The gid of a group name or number; as for users, a number must have an entry too. */
export function resolveGroup(files: Files, group: string): number | undefined {
  return databases(files).groups.get(group);
}

/** The uid of a user name or number. */
export function resolveUser(files: Files, user: string): number | undefined {
  return findAccount(files, user)?.uid;
}

function numberOf(text: string): number | undefined {
  return /^(0|[1-9][0-9]{0,9})$/.test(text) ? Number(text) : undefined;
}

function databases(files: Files): Databases {
  const stamp = `${stampOf(files, '/etc/passwd')} ${stampOf(files, '/etc/group')}`;
  const known = cache.get(files);
  if (known?.stamp === stamp) return known;
  const groups = entries(files, '/etc/group', 4);
  const fresh: Databases = { stamp, users: usersOf(files, groups), groups: gidsOf(groups) };
  cache.set(files, fresh);
  return fresh;
}

function stampOf(files: Files, path: string): string {
  const { mtimeUsec, size, inode } = files.statFollow(path);
  return `${mtimeUsec} ${size} ${inode}`;
}

function gidsOf(groups: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const gids = new Map<string, number>();
  for (const [name = '', , gid = ''] of groups) {
    const number = numberOf(gid);
    if (name === '' || number === undefined) continue;
    if (!gids.has(name)) gids.set(name, number);
    if (!gids.has(gid)) gids.set(gid, number);
  }
  return gids;
}

function usersOf(files: Files, groups: readonly (readonly string[])[]): ReadonlyMap<string, Account> {
  const memberships = membershipsOf(groups);
  const users = new Map<string, Account>();
  for (const [name = '', , uidText = '', gidText = '', , home = '', shell = ''] of entries(files, '/etc/passwd', 6)) {
    const uid = numberOf(uidText);
    const gid = numberOf(gidText);
    if (name === '' || uid === undefined || gid === undefined) continue;
    const supplementary = (memberships.get(name) ?? []).filter((group) => group !== gid);
    const account: Account = {
      name,
      uid,
      gid,
      home: home === '' ? '/' : home,
      shell: shell === '' ? '/bin/sh' : shell,
      groups: supplementary,
    };
    if (!users.has(name)) users.set(name, account);
    if (!users.has(uidText)) users.set(uidText, account);
  }
  return users;
}

function membershipsOf(groups: readonly (readonly string[])[]): ReadonlyMap<string, readonly number[]> {
  const memberships = new Map<string, number[]>();
  for (const [, , gid = '', members = ''] of groups) {
    const number = numberOf(gid);
    if (number === undefined) continue;
    for (const member of members.split(',').filter((each) => each !== '')) {
      const list = memberships.get(member) ?? [];
      list.push(number);
      memberships.set(member, list);
    }
  }
  return memberships;
}

function entries(files: Files, path: string, fields: number): readonly (readonly string[])[] {
  const bytes = files.read(path, 16 * 1024 * 1024);
  if (bytes === undefined) return [];
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'))
    .filter((parts) => parts.length >= fields);
}
