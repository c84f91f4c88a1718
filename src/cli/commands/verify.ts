import { resolve } from 'node:path';
import type { Verification } from '../../api/unit-files.ts';
import type { Invocation } from '../invocation.ts';
import { readNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';
import type { Terminal } from '../output/terminal.ts';

/**
 * `verify`: prints file:line:column diagnostics, and what of the units is not carried out; 1 where a unit would not load.
 * Names are looked up as the manager does it; without one, and for files, this tool reads them itself.
 */
export async function runVerify(invocation: Invocation): Promise<number> {
  const { words, options, services, terminal } = invocation;
  const targets = words.map((word) => (word.includes('/') ? resolve(word) : readNames(invocation, [word])?.names[0]));
  if (!targets.every((target) => target !== undefined)) return 1;
  const scope = options.scope ?? (process.getuid?.() === 0 ? 'system' : 'user');
  const named = options.root === undefined && targets.every((target) => !target.includes('/'));
  const client = named ? await invocation.connect() : undefined;
  const asked = client?.ok === true ? await client.value.call('unit.verify', { targets }) : undefined;
  const found = asked?.ok === true ? asked.value : (await services.localUnitFiles({ scope, root: options.root ?? '' })).verify(targets);
  const form = listForm(options.output);
  if (form === 'table') return printVerifications(terminal, found);
  terminal.print(renderJson(found, form));
  return found.some(isBad) ? 1 : 0;
}

/** Prints what is to be said about units; 1 where one of them would not load. */
function printVerifications(terminal: Terminal, found: readonly Verification[]): number {
  for (const verification of found) printVerification(terminal, verification);
  return found.some(isBad) ? 1 : 0;
}

/** Prints all that is to be said about one unit; nothing where it is in order. */
export function printVerification(terminal: Terminal, { unit, load, loadReason, diagnostics }: Verification): void {
  printDiagnostics(terminal, diagnostics);
  if (load !== 'loaded') terminal.fail(`${unit}: error: ${loadReason ?? `not loaded (${load})`}`);
}

/** Prints what is to be said about lines of unit files. */
export function printDiagnostics(terminal: Terminal, diagnostics: Verification['diagnostics']): void {
  for (const { path, line, column, severity, message } of diagnostics) {
    const place = [path, ...(line > 0 ? [line] : []), ...(column > 0 ? [column] : [])].join(':');
    terminal[levels[severity]](`${place}: ${severity}: ${message}`);
  }
}

const levels = { error: 'fail', warning: 'warn', notice: 'note' } as const;

function isBad({ load, diagnostics }: Verification): boolean {
  return load !== 'loaded' || diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
