import { nearestWord } from '../../api/suggest.ts';
import type { Terminal } from '../output/terminal.ts';
import { refused, verbs } from '../verbs.ts';

/** `--help` and `--version`. */
export function runPrint(program: string, what: 'help' | 'version', version: string, terminal: Terminal): number {
  for (const line of what === 'version' ? versionLines(program, version) : helpLines(program)) terminal.print(line);
  return 0;
}

/** The verb that was most likely meant by a word that is none. */
export function nearestVerb(word: string): string | undefined {
  return nearestWord(
    word,
    Object.entries(verbs).flatMap(([name, { load }]) => (load === refused ? [] : [name])),
  );
}

/** Scripts read systemd's version from the second word of the first line. */
export function versionLines(program: string, version: string): readonly string[] {
  return program.startsWith('system') ? [`systemd 252 (tysd ${version})`] : [`tysctl ${version}`];
}

function helpLines(program: string): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [name, { group, usage, doc, load }] of Object.entries(verbs)) {
    if (load === refused) continue;
    const left = `  ${name} ${usage}`.trimEnd();
    const line = left.length < 34 ? `${left.padEnd(34)} ${doc}` : `${left}\n${''.padEnd(34)} ${doc}`;
    const lines = groups.get(group);
    if (lines === undefined) groups.set(group, [line]);
    else lines.push(line);
  }
  const sections = [...groups].flatMap(([group, lines]) => ['', `${group}:`, ...lines]);
  return [
    `${program} [OPTION…] COMMAND …`,
    '',
    'Ask tysd about its units, and tell it what to do with them.',
    ...sections,
    '',
    ...optionLines,
  ];
}

const optionLines: readonly string[] = [
  'Options:',
  '  -h --help, --version             Show this help, or the version',
  '  --system, --user                 Which manager is meant; root means the system manager',
  '  --runtime-directory=DIR          The directory of the manager that is meant',
  '  -t --type=, --state=, --failed   Only units of these types, in these states',
  '  -a --all                         Also units that are not active, properties that are empty',
  '  -l --full                        Do not shorten names',
  '  --no-legend, --plain, --no-pager Print nothing but the list; no tree and no dots; no pager',
  '  -o --output=json|json-pretty     Lists as JSON; logs as journalctl -o',
  '  -p --property=, -P, --value      Only these properties; only their values',
  '  -n --lines=                      How many log lines to show',
  '  -q --quiet                       Say less',
  '  --no-block, --wait               Do not wait for the job; wait until the unit has ended again',
  '  --job-mode=                      How a job meets those that are queued (systemctl(1))',
  '  -T --show-transaction, --dry-run Show all jobs that a request queues; show them only',
  '  -s --signal=, --kill-whom=       Which signal to send, to which processes',
  '  -f --force, --now                Replace links, end at once; also start or stop',
  '  --runtime, --global, --root=DIR  Until the next boot; for all users; below another root',
  '  --no-reload, --preset-mode=      Do not reload after a change of links; which presets to apply',
  '  --reverse, --after, --before     Which way list-dependencies goes',
];
