import type { UnitTypeName } from './config.ts';
import type { ExecSettings } from './settings/exec.ts';
import type { InputSource, OutputTarget } from './values/types.ts';

/** DefaultStandardOutput= and DefaultStandardError= (systemd-system.conf(5)). */
export interface OutputDefaults {
  readonly defaultStandardOutput: 'journal' | 'inherit' | 'null';
  readonly defaultStandardError: 'journal' | 'inherit' | 'null';
}

/** Where the commands of a unit write to, when all defaults are settled (systemd.exec(5), StandardOutput=). */
export function standardOutputs(
  type: UnitTypeName,
  exec: Pick<ExecSettings, 'StandardOutput' | 'StandardError'>,
  input: InputSource['kind'],
  defaults: OutputDefaults,
): { readonly output: OutputTarget; readonly error: OutputTarget } {
  const defaultOutput: OutputTarget = { kind: defaults.defaultStandardOutput };
  const defaultError: OutputTarget = { kind: defaults.defaultStandardError };
  if (type !== 'service') return { output: exec.StandardOutput ?? defaultOutput, error: exec.StandardError ?? defaultError };
  const { StandardOutput: output = inherit, StandardError: error = inherit } = exec;
  if (sharedInputs.has(input) || output.kind !== 'inherit') return { output, error };
  // systemd cannot tell an explicit `inherit` from none, so here both get the default.
  return { output: defaultOutput, error: error.kind === 'inherit' ? defaultError : error };
}

const inherit: OutputTarget = { kind: 'inherit' };

/** Inputs that outputs which are not set are taken from. */
const sharedInputs: ReadonlySet<string> = new Set(['tty', 'tty-force', 'tty-fail', 'socket', 'fd']);
