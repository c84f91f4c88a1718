import { transientSettings } from '../../api/transient-settings.ts';
import type { AnalyzeCall } from './call.ts';

/** `transient-settings TYPE…`: what systemd-run(1) can set for units of these types. */
export function analyzeTransientSettings({ words, terminal }: AnalyzeCall): number {
  for (const word of words) {
    const settings = transientSettings(word);
    if (settings === undefined) {
      terminal.fail(`"${word}" is not a valid unit type.`);
      return 1;
    }
    for (const setting of settings) terminal.print(setting);
  }
  return 0;
}
