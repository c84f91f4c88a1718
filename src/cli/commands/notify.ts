import { statSync } from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import { flag, nearestOption, type OptionRow, readWords, text } from '../getopt.ts';
import { suggestWord } from '../did-you-mean.ts';
import type { LaunchAccount } from '../invocation.ts';
import type { Call } from '../main.ts';
import { refuseCommandLine } from '../output/messages.ts';

interface NotifyOptions {
  readonly print: 'help' | 'version' | undefined;
  readonly booted: boolean;
  readonly block: boolean;
  /** What the service is now, as lines of the message. */
  readonly states: readonly string[];
  readonly status: string | undefined;
  readonly pid: number | undefined;
  readonly user: string | undefined;
}

/** systemd-notify(1): tells the service manager about the service that the caller is. */
export async function runNotify({ argv, terminal, services, environment }: Call): Promise<number> {
  const read = readWords('systemd-notify', argv, rows, defaults);
  if (!read.ok) {
    refuseCommandLine(terminal, read.error);
    suggestWord(terminal, 'systemd-notify', nearestOption(read.error, rows));
    return 1;
  }
  const { options, words } = read.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? help : [`systemd 252 (tysd ${services.version})`]) terminal.print(line);
    return 0;
  }
  const refuse = (message: string): number => {
    terminal.fail(message);
    return 1;
  };
  // sd_booted(3): what a machine whose init is systemd has, and what tysd makes as PID 1.
  if (options.booted) return statSync('/run/systemd/system', { throwIfNoEntry: false })?.isDirectory() === true ? 0 : 1;
  const lines = linesOf(options, words);
  if (lines.length === 0) return refuse('Nothing to say: give --ready, --status= or a VARIABLE=VALUE.');
  const sender = await senderOf(options.user, async (user) => (await services.launcher()).account(user));
  if (!sender.ok) return refuse(sender.error);
  if (environment['NOTIFY_SOCKET'] === undefined) return refuse('No status data could be sent: $NOTIFY_SOCKET was not set');
  const { pid, block } = options;
  return (await services.notify({ lines, pid, block, sender: sender.value })) ? 0 : 1;
}

function linesOf({ states, status, pid }: NotifyOptions, words: readonly string[]): readonly string[] {
  const about = [...(status === undefined ? [] : [`STATUS=${status}`]), ...(pid === undefined ? [] : [`MAINPID=${pid}`])];
  return [...states, ...about, ...words];
}

async function senderOf(
  user: string | undefined,
  account: (user: string) => Promise<LaunchAccount | undefined>,
): Promise<Result<LaunchAccount | undefined, string>> {
  if (user === undefined) return ok(undefined);
  const found = await account(user);
  return found === undefined ? err(`Can't resolve user ${user}: there is no such user`) : ok(found);
}

const help: readonly string[] = [
  'systemd-notify [OPTION…] [VARIABLE=VALUE…]',
  '',
  '  --ready, --reloading, --stopping   What the service is now',
  '  --status=TEXT                      What it is doing, for people',
  '  --pid[=PID]                        Its main process; without PID the caller',
  '  --uid=USER                         Send it as this user',
  '  --no-block                         Do not wait until the manager has read it',
  '  --booted                           Only tell whether the machine was booted with systemd or tysd',
];

const defaults: NotifyOptions = {
  print: undefined,
  booted: false,
  block: true,
  states: [],
  status: undefined,
  pid: undefined,
  user: undefined,
};

const rows: readonly OptionRow<NotifyOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { long: 'ready', ...state('READY=1') },
  { long: 'pid', value: 'optional', apply: readPid },
  { long: 'uid', ...text((user) => ({ user })) },
  { long: 'status', ...text((status) => ({ status })) },
  { long: 'booted', ...flag({ booted: true }) },
  { long: 'no-block', ...flag({ block: false }) },
  // Younger than 252: no abbreviation of an older one is to mean them, too.
  { long: 'reloading', isWhole: true, ...state('RELOADING=1') },
  { long: 'stopping', isWhole: true, ...state('STOPPING=1') },
];

function state(line: string): Pick<OptionRow<NotifyOptions>, 'value' | 'apply'> {
  return { value: 'none', apply: (_value, { states }) => ok({ states: [...states.filter((each) => each !== line), line] }) };
}

function readPid(value = ''): Result<Partial<NotifyOptions>, string> {
  if (value === '' || value === 'auto' || value === 'parent') return ok({ pid: process.ppid });
  if (value === 'self') return ok({ pid: process.pid });
  const pid = Number(value);
  return /^\+?\d{1,10}$/.test(value) && pid > 0 && pid < 2 ** 31 ? ok({ pid }) : err(`Failed to parse PID ${value}.`);
}
