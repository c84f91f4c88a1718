import type { ExecSettings } from '../unit/settings/exec.ts';
import type { InputSource } from '../unit/values/types.ts';
import type { Op } from './op.ts';

/** Path of the terminal that the unit's terminal settings mean. */
export function terminalName(exec: ExecSettings): string {
  return exec.TTYPath === '' ? '/dev/console' : exec.TTYPath;
}

/** TTYVHangup=, TTYReset= and TTYVTDisallocate= (systemd.exec(5)): the terminal is made new before it is used. */
export function terminalResetOps(exec: ExecSettings): readonly Op[] {
  const { TTYVHangup: hangup, TTYReset: reset, TTYVTDisallocate: disallocate } = exec;
  if (!hangup && !reset && !disallocate) return [];
  return [
    { op: 'terminal-reset', path: terminalName(exec), hangup: Number(hangup), reset: Number(reset), disallocate: Number(disallocate) },
  ];
}

const terminals: ReadonlySet<string> = new Set(['tty', 'tty-force', 'tty-fail', 'journal+console', 'kmsg+console']);

/** What is done when a service has ended: its terminal is made new once more, and given back by whoever it was given to. */
export function terminalReturnOps(exec: ExecSettings): readonly Op[] {
  const { StandardInput, StandardOutput, StandardError } = exec;
  const uses = [StandardInput, StandardOutput, StandardError].some((stream) => stream !== undefined && terminals.has(stream.kind));
  const reset = terminalResetOps(exec);
  return uses || reset.length > 0 ? [...reset, { op: 'terminal-return', path: terminalName(exec), tolerate: true }] : [];
}

const hows: Readonly<Record<string, number>> = { 'tty-fail': 0, tty: 1, 'tty-force': 2 };
const asItIs = 0xffffffff;

/** Standard input from the terminal, which becomes the controlling one: when it is free, now or never, or in any case. */
export function terminalOp(exec: ExecSettings, input: InputSource['kind'], slot: number): Op {
  const when = hows[input] ?? 1;
  return { op: 'terminal', slot, path: terminalName(exec), when, rows: exec.TTYRows ?? asItIs, columns: exec.TTYColumns ?? asItIs };
}
