import { analyzeOptionRows } from './options.ts';
import { analyzeOptionDocs } from './option-docs.ts';
import { analyzeVerbs } from './verbs.ts';

/** `systemd-analyze --help`, made of the tables of verbs and options. */
export function analyzeHelp(): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [name, { group, usage, doc }] of Object.entries(analyzeVerbs)) {
    const lines = groups.get(group);
    const line = entry(`${name} ${usage}`.trimEnd(), doc);
    if (lines === undefined) groups.set(group, [line]);
    else lines.push(line);
  }
  const options = analyzeOptionRows.flatMap(({ long, short, value }) => {
    const docs = long === undefined ? undefined : analyzeOptionDocs[long];
    if (long === undefined || docs === undefined || docs.doc.startsWith('Refused')) return [];
    const equals = docs.value === undefined ? '' : value === 'optional' ? `[=${docs.value}]` : `=${docs.value}`;
    return [entry(`${short === undefined ? '' : `-${short} `}--${long}${equals}`, docs.doc)];
  });
  return [
    'systemd-analyze [OPTION…] VERB …',
    '',
    'Look into how the system came up, into unit files, and into what may be written in them.',
    ...[...groups].flatMap(([group, lines]) => ['', `${group}:`, ...lines]),
    '',
    'Options:',
    ...options,
  ];
}

function entry(left: string, doc: string): string {
  return left.length <= 34 ? `  ${left.padEnd(34)} ${doc}` : `  ${left}\n  ${''.padEnd(34)} ${doc}`;
}
