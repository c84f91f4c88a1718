import { orEmpty, remarked } from '../values/combine.ts';
import { boolean } from '../values/boolean.ts';
import { oneOf } from '../values/enum.ts';
import { signal } from '../values/signal.ts';
import { last, type Values } from './setting.ts';

/** What systemd.kill(5) describes. */
export const killRows = {
  SendSIGKILL: last(boolean, true, { since: 187, meaning: 'Send the final signal after the timeout' }),
  SendSIGHUP: last(boolean, false, { since: 207, meaning: 'Also send SIGHUP right after the first signal' }),
  KillMode: last(remarked(orEmpty(oneOf('control-group', 'process', 'mixed', 'none'), 'control-group'), unsafe), 'control-group', {
    since: 187,
    meaning: 'Which processes get the stop signals: control-group, mixed, process, none',
  }),
  KillSignal: last(signal, 15, { since: 187, meaning: 'First stop signal (SIGTERM)' }),
  RestartKillSignal: last(signal, undefined, {
    since: 244,
    meaning: 'First stop signal when the stop is part of a restart (defaults to KillSignal)',
  }),
  FinalKillSignal: last(signal, 9, { since: 240, meaning: 'Final signal (SIGKILL)' }),
  WatchdogSignal: last(signal, 6, { since: 240, meaning: 'Signal for watchdog/abort timeouts (SIGABRT)' }),
};

function unsafe(mode: string): string | undefined {
  return mode === 'none' ? 'none leaves processes behind that nobody ends or looks after; mixed and control-group do not' : undefined;
}

/** Signals by number. RestartKillSignal is undefined where KillSignal= counts. */
export interface KillSettings extends Values<typeof killRows> {}
