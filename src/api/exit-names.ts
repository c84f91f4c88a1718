import { exitStatuses } from '../unit/values/exit-status.ts';

export { exitStatusCode, exitStatuses } from '../unit/values/exit-status.ts';

const names: ReadonlyMap<number, string> = new Map(
  exitStatuses.flatMap(([code, name, from]) => (from === 'libc' || from === 'systemd' ? [[code, name] as const] : [])),
);

/** The name of an exit code where any program may mean it so (systemd.exec(5), "Process exit codes": libc's and systemd's own). */
export function exitName(code: number): string | undefined {
  return names.get(code);
}
