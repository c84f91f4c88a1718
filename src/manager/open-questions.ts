import type { UnitConfig } from '../unit/config.ts';
import type { Files } from '../port/files.ts';
import { type Place, findAccount, isInFiles } from './accounts.ts';
import type { Question } from './name-service.ts';

/**
 * What only the name service knows of the users and groups that the unit names. The files of the machine are known without asking; who
 * is in them may still be a member of groups that are not. Nothing is asked where nsswitch.conf(5) has no other source.
 */
export function openQuestions(place: Place, { exec, socket }: Pick<UnitConfig, 'exec' | 'socket'>): readonly Question[] {
  if (!namesAnybody(exec, socket)) return none;
  const sources = nameSources(place.files);
  if (sources === undefined) return none;
  const users = [exec?.User ?? '', socket?.SocketUser ?? ''];
  const groups = [exec?.Group ?? '', socket?.SocketGroup ?? '', ...(exec?.SupplementaryGroups ?? [])];
  // A dynamic user is none that a file of systemd's own user database would have.
  const usual = exec?.DynamicUser === true ? ['files', 'systemd'] : ['files'];
  const unknown = (database: 'passwd' | 'group', names: readonly string[]): readonly Question[] =>
    sources[database].some((source) => !usual.includes(source))
      ? names.filter((name) => name !== '' && !isInFiles(place.files, database, name)).map((key) => ({ database, key }))
      : [];
  return [...unknown('passwd', users), ...unknown('group', groups), ...memberships(place, exec?.User ?? '', sources.initgroups)];
}

const none: readonly never[] = [];

/** Most units name nobody, and are not made to wait for a look at any file. */
function namesAnybody(exec: UnitConfig['exec'], socket: UnitConfig['socket']): boolean {
  if (exec !== undefined && (exec.User !== '' || exec.Group !== '' || exec.SupplementaryGroups.length > 0)) return true;
  return socket !== undefined && (socket.SocketUser !== '' || socket.SocketGroup !== '');
}

function memberships(place: Place, user: string, sources: readonly string[]): readonly Question[] {
  const account = user === '' ? undefined : findAccount(place, user);
  if (account === undefined) return [];
  const usual = isInFiles(place.files, 'passwd', user) ? ['files', 'systemd'] : ['files'];
  return sources.every((source) => usual.includes(source)) ? [] : [{ database: 'initgroups', key: account.name }];
}

type Sources = Readonly<Record<Question['database'], readonly string[]>>;

/** The sources of each database, without what is to be done on their answers. */
function nameSources(files: Files): Sources | undefined {
  const bytes = files.read('/etc/nsswitch.conf', 65_536);
  if (bytes === undefined) return undefined;
  const found = new Map<string, readonly string[]>();
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const [, database = '', sources = ''] = /^\s*(\w+)\s*:([^#]*)/.exec(line) ?? [];
    if (database !== '')
      found.set(
        database,
        sources
          .replaceAll(/\[[^\]]*\]/g, ' ')
          .split(/\s+/)
          .filter((word) => word !== ''),
      );
  }
  const group = found.get('group') ?? ['files'];
  return { passwd: found.get('passwd') ?? ['files'], group, initgroups: found.get('initgroups') ?? group };
}
