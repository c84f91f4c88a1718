import { err, ok, type Result } from '../../base/result.ts';
import { flag, type OptionRow, readWords, text } from '../getopt.ts';
import { printAll, refuse, type SysvCall } from './call.ts';
import { cancelShutdown, scheduleShutdown, showShutdown } from './schedule.ts';

interface ShutdownOptions {
  readonly action: 'halt' | 'poweroff' | 'reboot' | 'kexec';
  readonly do: 'end' | 'warn' | 'cancel' | 'show' | 'help';
}

/** shutdown(8): now, or at a time, for which the manager has a timer. */
export async function runShutdown(call: SysvCall): Promise<number> {
  const read = readWords('shutdown', call.argv, rows, defaults);
  if (!read.ok) return refuse(call, read.error);
  const { options, words } = read.value;
  if (options.do === 'help') return printAll(call, help);
  if (options.do === 'cancel') return cancelShutdown(call);
  if (options.do === 'show') return showShutdown(call);
  const when = readTime(words[0] ?? '+1', Date.now() * 1000);
  if (!when.ok) return refuse(call, when.error);
  if (options.do === 'warn') return refuse(call, 'tysd does not write to the terminals of others, and -k does nothing else.');
  return when.value === 'now' ? call.systemctl('--system', options.action) : scheduleShutdown(call, options.action, when.value);
}

const defaults: ShutdownOptions = { action: 'poweroff', do: 'end' };

const rows: readonly OptionRow<ShutdownOptions>[] = [
  { long: 'help', isLast: true, ...flag({ do: 'help' }) },
  { long: 'halt', short: 'H', ...flag({ action: 'halt' }) },
  { long: 'poweroff', short: 'P', ...flag({ action: 'poweroff' }) },
  { long: 'reboot', short: 'r', ...flag({ action: 'reboot' }) },
  { long: 'kexec', short: 'K', ...flag({ action: 'kexec' }) },
  { short: 'h', value: 'none', apply: (_value, { action }) => ok({ action: action === 'halt' ? 'halt' : 'poweroff' }) },
  { short: 'k', ...flag({ do: 'warn' }) },
  { short: 'c', ...flag({ do: 'cancel' }) },
  { long: 'show', ...flag({ do: 'show' }) },
  { long: 'no-wall', ...flag({}) },
  // From System V, where they meant something.
  { short: 't', ...text(() => ({})) },
  ...['a', 'f', 'F'].map((short): OptionRow<ShutdownOptions> => ({ short, ...flag({}) })),
];

/** `now`, minutes from now, or the next time that the local clock shows hh:mm; microseconds of CLOCK_REALTIME. */
export function readTime(word: string, nowUsec: number): Result<number | 'now', string> {
  if (word === 'now') return ok('now');
  const minutes = /^\+?(\d{1,9})$/.exec(word)?.[1];
  if (minutes !== undefined) return ok(Number(minutes) === 0 ? 'now' : nowUsec + Number(minutes) * 60_000_000);
  const [, hour, minute] = /^(\d{1,2}):(\d{1,2})$/.exec(word) ?? [];
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59)
    return err(`Failed to parse time specification: ${word}`);
  const at = new Date(nowUsec / 1000);
  at.setHours(Number(hour), Number(minute), 0, 0);
  if (at.getTime() * 1000 <= nowUsec) at.setDate(at.getDate() + 1);
  return ok(at.getTime() * 1000);
}

const help: readonly string[] = [
  'shutdown [OPTION…] [TIME]',
  '',
  'TIME is now, a number of minutes as +5, or a time of the day as 23:00; without one it is in a minute.',
  '',
  '  -P --poweroff, -h   Power the machine off; this is what happens without an option',
  '  -H --halt           Halt the machine',
  '  -r --reboot         Start the machine again',
  '  -c                  Cancel what was planned',
  '  --show              Show what is planned',
  '  -k                  Refused: it only warns, and tysd does not write to the terminals of others',
  '  --no-wall           Taken for the sake of scripts',
];
