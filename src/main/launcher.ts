import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import type { BecomeCommand, Launcher, PseudoTerminal } from '../cli/invocation.ts';
import { findAccount, readAccount, resolveGroup } from '../manager/accounts.ts';
import { type Question, readAnswer } from '../manager/name-service.ts';
import { realFiles } from '../port/files-real.ts';
import { checkKeeper } from './keeper-interface.ts';
import { findKeeper } from './keeper-path.ts';

/** What `systemd-run` needs of the system, by the keeper's program; undefined where that is not there. */
export function launcherOf(self: readonly string[]): Launcher {
  const keeper = fittingKeeper(self);
  return {
    passStreams: (socket, token) => keeper !== undefined && spawnSync(keeper, ['--pass', socket, token], { stdio: 'inherit' }).status === 0,
    openTerminal: () => (keeper === undefined ? Promise.resolve(undefined) : openTerminal(keeper)),
    become: (command) => (keeper === undefined ? 1 : become(keeper, command)),
    account: (user) => Promise.resolve(findAccount({ files: realFiles }, user) ?? namedAccount(user)),
    group: (group) => Promise.resolve(resolveGroup({ files: realFiles }, group) ?? namedGroup(group)),
  };
}

/** One that was built for another tysd is as good as none, and that is said. */
function fittingKeeper(self: readonly string[]): string | undefined {
  const path = findKeeper(self);
  const checked = path === undefined ? undefined : checkKeeper(realFiles, path);
  if (checked?.ok === false) process.stderr.write(`${checked.error}\n`);
  return checked?.ok === true ? checked.value : undefined;
}

/** What the machine's name service says, which may be more than its files. */
function ask(question: Question): string | undefined {
  const { stdout, status } = spawnSync('getent', [question.database, '--', question.key], { encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? readAnswer(question, stdout) : undefined;
}

function namedAccount(key: string): ReturnType<typeof readAccount> {
  const line = ask({ database: 'passwd', key });
  const account = line === undefined ? undefined : readAccount(line);
  const groups = account === undefined ? undefined : ask({ database: 'initgroups', key: account.name });
  if (account === undefined || groups === undefined) return account;
  const gids = groups.split(' ').flatMap((word) => (word === '' ? [] : [Number(word)]));
  return { ...account, groups: gids.filter((gid) => gid !== account.gid) };
}

function namedGroup(key: string): number | undefined {
  const gid = ask({ database: 'group', key })?.split(':')[2];
  return gid === undefined ? undefined : Number(gid);
}

async function openTerminal(keeper: string): Promise<PseudoTerminal | undefined> {
  const child = spawn(keeper, ['--terminal'], { stdio: ['inherit', 'inherit', 'inherit', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const path = await Promise.race([firstLine(child), ended.then(() => undefined)]);
  if (path === undefined) return undefined;
  const control = child.stdio[3];
  return {
    path,
    begin: () => void (control instanceof Writable && control.write('\n')),
    disconnected: ended,
    close: async () => {
      control?.destroy();
      await ended;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}

/** By way of the keeper's program, which takes back what the JavaScript engine has changed of this process. */
function become(keeper: string, { executable, argv, environment, nice, uid, gid, groups, output }: BecomeCommand): number {
  const limit = callersLimit();
  const options = [
    ...(nice === undefined ? [] : [`--nice=${nice}`]),
    ...(gid === undefined ? [] : [`--gid=${gid}`]),
    ...(groups === undefined ? [] : [`--groups=${groups.join(',')}`]),
    ...(uid === undefined ? [] : [`--uid=${uid}`]),
    ...(limit === undefined ? [] : [`--descriptors=${limit}`]),
    ...(output === undefined ? [] : [`--output=${output.socket}`, `--header=${output.header}`]),
    ...(output?.errorHeader === undefined ? [] : [`--error-header=${output.errorHeader}`]),
  ];
  if (process.execve === undefined) throw new Error('this runtime cannot exec');
  process.execve(keeper, ['tysd-keeper', '--become', ...options, '--', executable, ...argv], environment);
  return 1;
}

/** The soft limit of descriptors of whoever called us: our own was raised before our first line ran. */
function callersLimit(): string | undefined {
  try {
    return /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${process.ppid}/limits`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
