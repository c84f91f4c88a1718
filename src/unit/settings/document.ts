import { ownSections, type PartName, tables } from './parts.ts';
import type { Combine, Row, Status } from './setting.ts';
import { journalSections } from './journal.ts';
import { managerSections } from './manager.ts';

/** docs/directives.md: every directive with what tysd makes of it, from the tables. */
export function directivesDocument(): string {
  const parts = titles.map(([part, title]) => section(title, Object.entries(tables[part])));
  const manager = Object.entries(managerSections).map(([name, table]) =>
    section(`[${name}] of the manager's own files`, Object.entries(table)),
  );
  const journal = section('[Journal] of journald.conf', Object.entries(journalSections.Journal));
  return `${[introduction(), ...parts, ...manager, journal].join('\n\n')}\n`;
}

/** How many directives have each status, for all parts of unit files. */
function directiveCounts(): Readonly<Record<'implemented' | 'accepted' | 'refused' | 'synonym', number>> {
  const counts = { implemented: 0, accepted: 0, refused: 0, synonym: 0 };
  for (const table of Object.values(tables)) {
    for (const row of Object.values(table)) counts[row.row === 'synonym' ? 'synonym' : statusName(row.status)]++;
  }
  return counts;
}

const titles: readonly (readonly [PartName, string])[] = [
  ['unit', '[Unit]'],
  ['install', '[Install]'],
  ['service', '[Service]'],
  ['socket', '[Socket]'],
  ['timer', '[Timer]'],
  ['path', '[Path]'],
  ['mount', '[Mount]'],
  ['automount', '[Automount]'],
  ['swap', '[Swap]'],
  ['slice', '[Slice]'],
  ['scope', '[Scope]'],
  ['exec', `Processes: in ${sectionsWith('exec')}`],
  ['kill', `Stopping: in ${sectionsWith('kill')}`],
  ['cgroup', `Resources: in ${sectionsWith('cgroup')}`],
];

const repeats: Readonly<Record<Combine, string>> = {
  last: 'last wins',
  first: 'first wins',
  append: 'add up, empty resets',
  keep: 'add up, never reset',
  merge: 'merge, empty resets',
  'per-device': 'last for each device, empty resets',
};

function introduction(): string {
  const { implemented, accepted, refused, synonym } = directiveCounts();
  return [
    '<!-- Generated from src/unit/settings/ by build/generate.ts; do not edit. -->',
    '',
    '# Directives',
    '',
    'Every directive of systemd 262 and what tysd makes of it. `yes`: carried out. `no effect`: read, and rightly',
    'without effect here. `refused`: not carried out, with the reason. `tysctl verify UNIT` says the same about the lines of one unit.',
    '',
    `${implemented} are carried out, ${accepted} need no effect, ${refused} are refused, and ${synonym} are other spellings.`,
  ].join('\n');
}

function section(title: string, rows: readonly (readonly [string, Row])[]): string {
  const cells = rows.map(([name, row]) => [name, since(row), statusText(row), repeatsText(row), escaped(row.meaning)]);
  return [`## ${title}`, '', ...columns(['directive', 'since', 'here', 'repeats', 'meaning'], cells)].join('\n');
}

/** The columns padded to one width, as oxfmt wants them. */
function columns(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)];
}

function sectionsWith(part: PartName): string {
  return Object.values(ownSections)
    .filter(({ parts }) => parts.includes(part))
    .map(({ section: name }) => `[${name}]`)
    .join(', ');
}

function since({ since: release }: Row): string {
  return release === 0 ? '' : release === 183 ? '≤ 183' : String(release);
}

function statusText(row: Row): string {
  if (row.row === 'synonym') return `as ${row.keys.map((key) => `${key}=`).join(' and ')}${row.part === undefined ? '' : ' in [Unit]'}`;
  const { status = 'implemented' } = row;
  if (status === 'implemented') return 'yes';
  if ('accepted' in status) return `no effect: ${escaped(status.accepted)}`;
  return `refused: ${escaped(status.refused)}`;
}

function statusName(status: Status = 'implemented'): 'implemented' | 'accepted' | 'refused' {
  if (status === 'implemented') return status;
  return 'accepted' in status ? 'accepted' : 'refused';
}

function repeatsText(row: Row): string {
  return 'combine' in row ? repeats[row.combine] : '';
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
