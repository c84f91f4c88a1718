import { yesNo } from '../../base/yes-no.ts';
import type { KillSettings } from '../settings/kill.ts';
import type { ShownTable } from './value.ts';

/** What systemd.kill(5) describes. */
export const killTable: ShownTable<KillSettings> = {
  KillMode: ({ KillMode }) => KillMode,
  KillSignal: ({ KillSignal }) => String(KillSignal),
  RestartKillSignal: ({ RestartKillSignal, KillSignal }) => String(RestartKillSignal ?? KillSignal),
  FinalKillSignal: ({ FinalKillSignal }) => String(FinalKillSignal),
  WatchdogSignal: ({ WatchdogSignal }) => String(WatchdogSignal),
  SendSIGKILL: ({ SendSIGKILL }) => yesNo(SendSIGKILL),
  SendSIGHUP: ({ SendSIGHUP }) => yesNo(SendSIGHUP),
};
