import { type SettingCall, showOrSetLogLevel, showOrSetLogTarget, showOrSetWatchdogs } from '../manager-settings.ts';
import { withManager } from './boot.ts';
import type { AnalyzeCall } from './call.ts';

/** `log-level [LEVEL]`, by the name that it had before it was one of systemctl's verbs. */
export function analyzeLogLevel(call: AnalyzeCall): Promise<number> {
  return showOrSetLogLevel(asSetting(call));
}

/** `log-target [TARGET]`, in the same way. */
export function analyzeLogTarget(call: AnalyzeCall): Promise<number> {
  return showOrSetLogTarget(asSetting(call));
}

/** `service-watchdogs [BOOL]`, in the same way. */
export function analyzeServiceWatchdogs(call: AnalyzeCall): Promise<number> {
  return showOrSetWatchdogs(asSetting(call));
}

function asSetting(call: AnalyzeCall): SettingCall {
  return { words: call.words, terminal: call.terminal, withManager: (use) => withManager(call, use) };
}
