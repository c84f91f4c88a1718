import type { Invocation } from '../invocation.ts';

/** `logs` after options of tysctl's own; the words that follow are journalctl's. */
export function runLogs({ words, options, services }: Invocation): Promise<number> {
  return services.runLogs(words, { runtimeDirectory: options.runtimeDirectory });
}
