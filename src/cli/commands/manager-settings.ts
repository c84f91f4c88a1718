import type { Invocation } from '../invocation.ts';
import { type SettingCall, showOrSetLogLevel, showOrSetLogTarget, showOrSetWatchdogs } from '../manager-settings.ts';

/** `log-level`, `log-target` and `service-watchdogs`: with a word the setting is changed, without one it is shown. */
export async function runManagerSetting(invocation: Invocation): Promise<number> {
  const { verb, words, terminal } = invocation;
  const run = settings[verb];
  if (run === undefined) throw new Error(`${verb} is no setting of the manager`);
  return run({
    words,
    terminal,
    withManager: async (use) => {
      const client = await invocation.connect();
      if (client.ok) return use(client.value);
      terminal.fail(client.error);
      return 1;
    },
  });
}

const settings: Readonly<Record<string, (call: SettingCall) => Promise<number>>> = {
  'log-level': showOrSetLogLevel,
  'log-target': showOrSetLogTarget,
  'service-watchdogs': showOrSetWatchdogs,
};
