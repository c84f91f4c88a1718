import type { Account } from '../exec/request.ts';
import type { Files } from '../port/files.ts';
import { type Question, answerPath } from './name-service.ts';

interface Databases {
  readonly stamp: string;
  readonly users: ReadonlyMap<string, Account>;
  readonly groups: ReadonlyMap<string, number>;
}

const cache = new WeakMap<Files, Databases>();

/** Where users and groups are known from: the machine's files, and where there is a runtime directory what the name service said last. */
export interface Place {
  readonly files: Files;
  readonly runtimeDirectory?: string;
}

/** The account of a user name or number, from passwd(5) and group(5), or else from the name service. */
export function findAccount(place: Place, user: string): Account | undefined {
  const { users } = databases(place.files);
  const [line] = users.has(user) ? [] : answered(place, { database: 'passwd', key: user });
  const account = users.get(user) ?? (line === undefined ? undefined : readAccount(line));
  if (account === undefined) return undefined;
  const [more = ''] = answered(place, { database: 'initgroups', key: account.name });
  const gids = more.split(' ').flatMap((word) => numberOf(word) ?? []);
  if (gids.length === 0) return account;
  return { ...account, groups: [...new Set([...account.groups, ...gids])].filter((gid) => gid !== account.gid) };
}

/** The gid of a group name or number; as for users, a number must have an entry too. */
export function resolveGroup(place: Place, group: string): number | undefined {
  const { groups } = databases(place.files);
  const [line] = groups.has(group) ? [] : answered(place, { database: 'group', key: group });
  return groups.get(group) ?? (line === undefined ? undefined : numberOf(line.split(':')[2] ?? ''));
}

/** The uid of a user name or number. */
export function resolveUser(place: Place, user: string): number | undefined {
  return findAccount(place, user)?.uid;
}

/** Whether the machine's own files have an entry of that name or number. */
export function isInFiles(files: Files, database: 'passwd' | 'group', name: string): boolean {
  const { users, groups } = databases(files);
  return (database === 'passwd' ? users : groups).has(name);
}

/** The account in a line of passwd(5) that the name service gave; a member of no group. */
export function readAccount(line: string): Account | undefined {
  return accountOf(line.split(':'));
}

function answered({ files, runtimeDirectory }: Place, question: Question): readonly string[] {
  if (runtimeDirectory === undefined) return [];
  const bytes = files.read(answerPath(runtimeDirectory, question), 1024 * 1024);
  return bytes === undefined ? [] : [new TextDecoder().decode(bytes)];
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
  for (const parts of entries(files, '/etc/passwd', 6)) {
    const found = accountOf(parts);
    if (found === undefined) continue;
    const { name, uid, gid } = found;
    const account: Account = { ...found, groups: (memberships.get(name) ?? []).filter((group) => group !== gid) };
    if (!users.has(name)) users.set(name, account);
    if (!users.has(`${uid}`)) users.set(`${uid}`, account);
  }
  return users;
}

/** Who has no home and no shell, whatever the files say. */
const nobody = 65_534;

/** The account of a line of passwd(5), a member of no group. */
function accountOf([name = '', , uidText = '', gidText = '', , home = '', shell = '']: readonly string[]): Account | undefined {
  const uid = numberOf(uidText);
  const gid = numberOf(gidText);
  if (name === '' || uid === undefined || gid === undefined) return undefined;
  if (uid === nobody && name === 'nobody') return { name, uid, gid, home: '/', shell: '/usr/sbin/nologin', groups: [] };
  return { name, uid, gid, home: home === '' ? '/' : home, shell: shell === '' ? '/bin/sh' : shell, groups: [] };
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
