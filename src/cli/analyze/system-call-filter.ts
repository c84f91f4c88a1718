import { readFileSync } from 'node:fs';
import { callsOf, membersOf, systemCallSets } from '../../api/system-call-sets.ts';
import type { Terminal } from '../output/terminal.ts';
import type { AnalyzeCall } from './call.ts';
import { printJson } from './json.ts';

/** `syscall-filter [SET…]`: the sets of system calls that SystemCallFilter= knows, and what is in none. */
export function analyzeSystemCallFilter({ words, terminal, options }: AnalyzeCall): number {
  if (options.json !== undefined) return printSetsAsJson(terminal, words, options.json);
  if (words.length === 0) {
    printSets(terminal, Object.keys(systemCallSets));
    printUngrouped(terminal);
    return 0;
  }
  for (const [index, word] of words.entries()) {
    if (index > 0) terminal.print('');
    if (membersOf(word) === undefined) {
      terminal.fail(`Filter set "${word}" not found.`);
      return 1;
    }
    printSets(terminal, [word]);
  }
  return 0;
}

function printSetsAsJson(terminal: Terminal, words: readonly string[], form: 'short' | 'pretty'): number {
  const unknown = words.find((word) => membersOf(word) === undefined);
  if (unknown !== undefined) {
    terminal.fail(`Filter set "${unknown}" not found.`);
    return 1;
  }
  const sets = words.length === 0 ? Object.keys(systemCallSets) : words;
  const records = sets.map((set) => ({ set, description: systemCallSets[set]?.help ?? '', members: (membersOf(set) ?? []).toSorted() }));
  return printJson(terminal, records, form);
}

function printSets(terminal: Terminal, sets: readonly string[]): void {
  for (const [index, set] of sets.entries()) {
    if (index > 0) terminal.print('');
    terminal.print(terminal.style.bold(set));
    terminal.print(`    # ${systemCallSets[set]?.help ?? ''}`);
    for (const member of (membersOf(set) ?? []).toSorted()) terminal.print(`    ${member}`);
  }
}

function printUngrouped(terminal: Terminal): void {
  const grouped = new Set(Object.keys(systemCallSets).flatMap((set) => (set === '@known' ? [] : callsOf(set))));
  const known = new Set(callsOf('@known'));
  const ungrouped = [...known].filter((call) => !grouped.has(call)).toSorted();
  terminal.print('');
  terminal.print('# Ungrouped System Calls (known but not included in any of the groups except @known):');
  for (const call of ungrouped) terminal.print(`#   ${call}`);
  terminal.print('');
  const ofKernel = callsOfKernel();
  if (ofKernel === undefined) {
    terminal.note("# Not showing unlisted system calls, couldn't retrieve kernel system call list: No such file or directory");
    return;
  }
  const unlisted = ofKernel.filter((call) => !known.has(call) && !grouped.has(call)).toSorted();
  if (unlisted.length === 0) return;
  terminal.print('# Unlisted System Calls (supported by the local kernel, but not included in any of the groups listed above):');
  for (const call of unlisted) terminal.print(`#   ${call}`);
}

/** Calls that the kernel traces; undefined where its tracing is not mounted. */
function callsOfKernel(): readonly string[] | undefined {
  for (const directory of ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']) {
    try {
      const events = readFileSync(`${directory}/available_events`, 'utf8');
      return [...events.matchAll(/^syscalls:sys_enter_(\w+)$/gm)].map(([, call = '']) => call);
    } catch {
      // The other one may be there.
    }
  }
  return undefined;
}
