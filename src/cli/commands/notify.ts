import { statSync } from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import type { Call } from '../main.ts';
import { refuseCommandLine } from '../output/messages.ts';

interface Message {
  readonly lines: readonly string[];
  readonly pid: number | undefined;
  readonly booted: boolean;
  readonly print?: 'help' | 'version';
}

/** systemd-notify(1): tells the service manager about the service that the caller is. */
export async function runNotify({ argv, terminal, services, environment }: Call): Promise<number> {
  const parsed = parse(argv, process.ppid);
  if (!parsed.ok) {
    refuseCommandLine(terminal, parsed.error);
    return 1;
  }
  const { lines, pid, booted, print } = parsed.value;
  if (print !== undefined) {
    for (const line of print === 'help' ? help : [`systemd 252 (tysd ${services.version})`]) terminal.print(line);
    return 0;
  }
  // sd_booted(3): what a machine whose init is systemd has, and what tysd makes as PID 1.
  if (booted) return statSync('/run/systemd/system', { throwIfNoEntry: false })?.isDirectory() === true ? 0 : 1;
  if (lines.length === 0) {
    terminal.fail('Nothing to say: give --ready, --status= or a VARIABLE=VALUE.');
    return 1;
  }
  if (environment['NOTIFY_SOCKET'] === undefined) {
    terminal.fail('No status data could be sent: $NOTIFY_SOCKET was not set');
    return 1;
  }
  if (await services.notify(`${lines.join('\n')}\n`, pid)) return 0;
  terminal.fail(`Failed to notify init system: nothing listens at ${environment['NOTIFY_SOCKET']}`);
  return 1;
}

const help: readonly string[] = [
  'systemd-notify [OPTION…] [VARIABLE=VALUE…]',
  '',
  '  --ready, --reloading, --stopping   What the service is now',
  '  --status=TEXT                      What it is doing, for people',
  '  --pid[=PID]                        Its main process; without PID the caller',
  '  --booted                           Only tell whether the machine was booted with systemd or tysd',
];

const states: Readonly<Record<string, readonly string[]>> = {
  '--ready': ['READY=1'],
  '--stopping': ['STOPPING=1'],
};

function parse(argv: readonly string[], caller: number): Result<Message, string> {
  const lines: string[] = [];
  let message: Message = { lines, pid: undefined, booted: false };
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    const pid = /^--pid(?:=(.*))?$/.exec(word);
    if (word === '--help' || word === '-h') message = { ...message, print: 'help' };
    else if (word === '--version') message = { ...message, print: 'version' };
    else if (word === '--booted') message = { ...message, booted: true };
    else if (word === '--no-block') continue;
    else if (word === '--reloading') lines.push('RELOADING=1');
    else if (states[word] !== undefined) lines.push(...states[word]);
    else if (word.startsWith('--status=')) lines.push(`STATUS=${word.slice('--status='.length)}`);
    else if (word === '--status') lines.push(`STATUS=${argv[++index] ?? ''}`);
    else if (pid !== null) {
      const number = pid[1] === undefined || pid[1] === '' || pid[1] === 'auto' || pid[1] === 'parent' ? caller : Number(pid[1]);
      if (!Number.isInteger(number) || number <= 0) return err(`Failed to parse PID ${pid[1] ?? ''}.`);
      lines.push(`MAINPID=${number}`);
      message = { ...message, pid: number };
    } else if (word.startsWith('--uid')) return err('tysd sends notifications as the caller: --uid= is not there yet.');
    else if (word.startsWith('-')) return err(`systemd-notify: unrecognized option '${word}'`);
    else if (word.includes('=')) lines.push(word);
    else return err(`${word} is not of the form VARIABLE=VALUE.`);
  }
  return ok(message);
}
