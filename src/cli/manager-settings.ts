import type { Client } from '../api/client.ts';
import { logLevels } from '../api/words.ts';
import { readBoolean } from './getopt.ts';
import type { Terminal } from './output/terminal.ts';

/** A call that shows a setting of the manager, or sets it: of systemctl, or by the older names of systemd-analyze. */
export interface SettingCall {
  readonly words: readonly string[];
  readonly terminal: Terminal;
  /** Does something with the manager; without one it says why, and gives 1. */
  readonly withManager: (use: (client: Client) => Promise<number>) => Promise<number>;
}

/** `log-level [LEVEL]`: the least important messages of the manager that are logged. */
export function showOrSetLogLevel(call: SettingCall): Promise<number> {
  const [word] = call.words;
  if (word === undefined) return showProperty(call, 'LogLevel');
  const logLevel = logLevels.find((name, number) => name === word || String(number) === word);
  return logLevel === undefined ? refuse(call, `"${word}" is not a valid log level.`) : change(call, { logLevel });
}

/** `log-target [TARGET]`: where the log goes, which is settled when tysd starts. */
export function showOrSetLogTarget(call: SettingCall): Promise<number> {
  const [word] = call.words;
  if (word === undefined) return showProperty(call, 'LogTarget');
  // Without a word it goes where it went from the start.
  if (word === '') return call.withManager(() => Promise.resolve(0));
  if (!logTargets.has(word))
    return refuse(call, `Failed to set log target of org.freedesktop.systemd1 to ${word}: Invalid log target '${word}'`);
  return call.withManager(async (client) => {
    const answer = await client.call('manager.properties', {});
    if (answer.ok && answer.value['LogTarget'] === word) return 0;
    return refuse(
      call,
      `The log cannot be turned to ${word} while tysd runs: it goes to the journal, and with tysd --log-target=console to the console too.`,
    );
  });
}

const logTargets: ReadonlySet<string> = new Set(
  'console console-prefixed kmsg journal journal-or-kmsg syslog syslog-or-kmsg auto null'.split(' '),
);

/** `service-watchdogs [BOOL]`: whether watchdogs of services are acted on. */
export function showOrSetWatchdogs(call: SettingCall): Promise<number> {
  const [word] = call.words;
  if (word === undefined) return showProperty(call, 'ServiceWatchdogs');
  const read = readBoolean('service-watchdogs', word, (serviceWatchdogs) => ({ serviceWatchdogs }));
  return read.ok ? change(call, read.value) : refuse(call, 'Failed to parse service-watchdogs argument: Invalid argument');
}

function showProperty(call: SettingCall, name: string): Promise<number> {
  return call.withManager(async (client) => {
    const answer = await client.call('manager.properties', {});
    if (!answer.ok) return refuse(call, `Failed to get ${name}: ${answer.error.message}`);
    call.terminal.print(answer.value[name] ?? '');
    return 0;
  });
}

function change(
  call: SettingCall,
  settings: { readonly logLevel?: (typeof logLevels)[number]; readonly serviceWatchdogs?: boolean },
): Promise<number> {
  return call.withManager(async (client) => {
    const answer = await client.call('manager.set', settings);
    return answer.ok ? 0 : refuse(call, `Failed to set: ${answer.error.message}`);
  });
}

function refuse({ terminal }: SettingCall, message: string): Promise<number> {
  terminal.fail(message);
  return Promise.resolve(1);
}
