import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { messagesOf } from './output/open-terminal.ts';
import { type Host, sshArguments } from './host.ts';

/** Runs a command of that machine in place of this one; gives its exit status. */
export function runThere(
  host: Host,
  command: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const withTerminal = isatty(0) && isatty(1);
  return new Promise((resolve) => {
    const child = spawn('ssh', sshArguments(host, command, withTerminal), { stdio: 'inherit', env: { ...environment } });
    child.once('error', ({ message }) => {
      messagesOf(environment).fail(`Failed to execute ssh: ${/ENOENT|not found/.test(message) ? 'No such file or directory' : message}`);
      resolve(1);
    });
    child.once('exit', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
