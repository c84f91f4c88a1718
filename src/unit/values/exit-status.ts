import { ok } from '../../base/result.ts';
import { warnAt } from './combine.ts';
import { integer, readInteger } from './integer.ts';
import { orEmpty } from './combine.ts';
import type { ValueParser } from './parser.ts';
import { signalNumber } from './signal.ts';
import type { ExitStatusSet } from './types.ts';
import { raw, splitWords } from './words.ts';

/** Where an exit status has its meaning from. */
export type ExitStatusClass = 'libc' | 'LSB' | 'BSD' | 'systemd';

/** The exit statuses that have names: code, name, and who gave it its meaning (systemd.exec(5), "Process exit codes"). */
export const exitStatuses: readonly (readonly [code: number, name: string, from: ExitStatusClass])[] = [
  ...rows(0, 'libc', 'SUCCESS FAILURE'),
  ...rows(2, 'LSB', 'INVALIDARGUMENT NOTIMPLEMENTED NOPERMISSION NOTINSTALLED NOTCONFIGURED NOTRUNNING'),
  ...rows(
    64,
    'BSD',
    'USAGE DATAERR NOINPUT NOUSER NOHOST UNAVAILABLE SOFTWARE OSERR OSFILE CANTCREAT IOERR TEMPFAIL PROTOCOL NOPERM CONFIG',
  ),
  ...rows(200, 'systemd', 'CHDIR NICE FDS EXEC MEMORY LIMITS OOM_ADJUST SIGNAL_MASK STDIN STDOUT CHROOT IOPRIO TIMERSLACK SECUREBITS'),
  ...rows(214, 'systemd', 'SETSCHEDULER CPUAFFINITY GROUP USER CAPABILITIES CGROUP SETSID CONFIRM STDERR'),
  ...rows(
    224,
    'systemd',
    'PAM NETWORK NAMESPACE NO_NEW_PRIVILEGES SECCOMP SELINUX_CONTEXT PERSONALITY APPARMOR ADDRESS_FAMILIES RUNTIME_DIRECTORY',
  ),
  ...rows(235, 'systemd', 'CHOWN SMACK_PROCESS_LABEL KEYRING STATE_DIRECTORY CACHE_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY'),
  ...rows(242, 'systemd', 'NUMA_POLICY CREDENTIALS BPF KSM MEMORY_THP'),
  ...rows(255, 'systemd', 'EXCEPTION'),
];

/** SuccessExitStatus= and its kin: numbers, names of exit statuses, names of signals; a word that is none is dropped with a warning. */
export const exitStatusList: ValueParser<ExitStatusSet> = (text, context) => {
  const split = splitWords(text, raw, context);
  if (!split.ok) return split;
  const codes: number[] = [];
  const signals: number[] = [];
  for (const word of split.value) {
    const code = exitStatusCode(word.text);
    const signal = code === undefined ? signalNumber(word.text) : undefined;
    if (code !== undefined) codes.push(code);
    else if (signal !== undefined) signals.push(signal);
    else
      warnAt(
        context,
        { message: `expected an exit status from 0 to 255, the name of one, or a signal, found ${JSON.stringify(word.text)}` },
        word.offset,
      );
  }
  return ok({ codes, signals });
};

/** An exit status from 0 to 255; undefined for an empty text (SuccessActionExitStatus=). */
export const exitStatus: ValueParser<number | undefined> = orEmpty(integer({ min: 0, max: 255 }), undefined);

/** The exit status of that name or number, or undefined. */
export function exitStatusCode(text: string): number | undefined {
  const number = readInteger(text);
  if (number !== undefined) return number >= 0 && number <= 255 ? number : undefined;
  return codeByName.get(text);
}

/** The name of an exit status, or undefined where it has none. */
export function exitStatusName(code: number): string | undefined {
  return exitStatuses.find(([other]) => other === code)?.[1];
}

/** The name of an exit code where any program may mean it so (systemd.exec(5), "Process exit codes": libc's and systemd's own). */
export function exitName(code: number): string | undefined {
  return exitStatuses.find(([other, , from]) => other === code && (from === 'libc' || from === 'systemd'))?.[1];
}

const codeByName: ReadonlyMap<string, number> = new Map(exitStatuses.map(([code, name]) => [name, code]));

function rows(first: number, from: ExitStatusClass, names: string): readonly (readonly [number, string, ExitStatusClass])[] {
  return names.split(' ').map((name, index) => [first + index, name, from]);
}
