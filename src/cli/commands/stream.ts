import { err, ok, type Result } from '../../base/result.ts';
import type { Call } from '../main.ts';
import { flag, type OptionRow, readBoolean, readWords, text } from '../getopt.ts';
import { refuseCommandLine } from '../output/messages.ts';
import { findStreamSocket } from '../place.ts';
import { findExecutable } from '../run/run.ts';

interface StreamOptions {
  readonly print: 'help' | 'version' | undefined;
  readonly scope: 'system' | 'user' | undefined;
  readonly identifier: string;
  readonly priority: number;
  readonly errorPriority: number | undefined;
  readonly levelPrefix: boolean;
}

/** systemd-cat(1): becomes a command whose output goes to the journal, or copies standard input there. */
export async function runStream({ argv, terminal, services, environment }: Call): Promise<number> {
  const read = readWords('systemd-cat', argv, rows, defaults, { stopsAtWord: true });
  if (!read.ok) return refuse((message) => refuseCommandLine(terminal, message), read.error);
  const { options, words } = read.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? help : [`systemd 252 (tysd ${services.version})`]) terminal.print(line);
    return 0;
  }
  const uid = process.getuid?.() ?? 0;
  const socket = findStreamSocket({ scope: options.scope, runtimeDirectory: undefined, uid, environment });
  if (socket === undefined) return refuse(terminal.fail, 'Failed to create stream fd: No such file or directory');
  const [name = 'cat', ...rest] = words;
  const executable = findExecutable(name, environment['PATH'], { elsewhere: true });
  if (!executable.ok) return refuse(terminal.tell, `Failed to execute process: ${executable.error}`);
  const errorHeader = options.errorPriority === undefined ? {} : { errorHeader: header(options, options.errorPriority) };
  return (await services.launcher()).become({
    executable: executable.value,
    argv: [name, ...rest],
    environment: Object.fromEntries(Object.entries(environment).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
    output: { socket, header: header(options, options.priority), ...errorHeader },
  });
}

function refuse(say: (message: string) => void, message: string): number {
  say(message);
  return 1;
}

const defaults: StreamOptions = {
  print: undefined,
  scope: undefined,
  identifier: '',
  priority: 6,
  errorPriority: undefined,
  levelPrefix: true,
};

/** Identifier, unit, priority, level prefix; and whether to pass it on to syslog, kmsg and the console (sd_journal_stream_fd(3)). */
function header({ identifier, levelPrefix }: StreamOptions, priority: number): string {
  return [identifier.replaceAll('\n', ' '), '', String(priority), levelPrefix ? '1' : '0', '0', '0', '0', ''].join('\n');
}

const rows: readonly OptionRow<StreamOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { long: 'system', ...flag({ scope: 'system' }) },
  { long: 'user', ...flag({ scope: 'user' }) },
  { long: 'identifier', short: 't', ...text((identifier) => ({ identifier })) },
  { long: 'priority', short: 'p', value: 'required', apply: (value = '') => level(value, 'priority', (priority) => ({ priority })) },
  {
    long: 'stderr-priority',
    value: 'required',
    apply: (value = '') => level(value, 'stderr priority', (errorPriority) => ({ errorPriority })),
  },
  {
    long: 'level-prefix',
    value: 'required',
    apply: (value = '') => readBoolean('level-prefix=', value, (levelPrefix) => ({ levelPrefix })),
  },
];

const levels: readonly string[] = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

function level(word: string, what: string, change: (level: number) => Partial<StreamOptions>): Result<Partial<StreamOptions>, string> {
  const number = /^[0-7]$/.test(word) ? Number(word) : levels.indexOf(word);
  return number < 0 ? err(`Failed to parse ${what} value.`) : ok(change(number));
}

const help: readonly string[] = [
  'systemd-cat [OPTION…] [COMMAND…]',
  '',
  'Runs a command with its output in the journal; without one, what comes on standard input goes there.',
  '',
  '  -t --identifier=TEXT       What the lines are filed under',
  '  -p --priority=LEVEL        Priority of lines that have none of their own, as `<4>` in front',
  '  --stderr-priority=LEVEL    Priority of what comes on standard error',
  '  --level-prefix=BOOL        Whether lines may have priorities of their own',
  '  --system, --user           Which journal is meant',
];
