/** A command of a page of docs/, and the output that stands below it. */
export interface Step {
  /** Of the command's first line in the page, from 1. */
  readonly line: number;
  readonly command: string;
  readonly output: readonly string[];
  /** It runs in the first terminal, as long as the rest of the page. */
  readonly stays: boolean;
}

/**
 * The commands of the blocks that are marked `console`, in their order: a line that begins with `$ ` is a command, which goes on behind a
 * backslash at its end, or up to the end of a here-document. `<!-- first terminal -->` before a block says that its command stays.
 */
export function stepsOf(page: string): readonly Step[] {
  const lines = page.split('\n');
  const steps: Step[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (lines[at] !== '```console') continue;
    const stays = lines.slice(Math.max(0, at - 2), at).includes('<!-- first terminal -->');
    const end = lines.indexOf('```', at);
    for (let next = at + 1; next < end;) {
      const last = endOfCommand(lines, next);
      const outputEnd = lines.findIndex((line, index) => index > last && (index === end || line.startsWith('$ ')));
      const command = lines
        .slice(next, last + 1)
        .join('\n')
        .slice('$ '.length);
      steps.push({ line: next + 1, command, output: lines.slice(last + 1, outputEnd), stays });
      next = outputEnd;
    }
    at = end;
  }
  return steps;
}

function endOfCommand(lines: readonly string[], first: number): number {
  const mark = /<<-?'?(\w+)'?/.exec(lines[first] ?? '')?.[1];
  if (mark !== undefined) return lines.indexOf(mark, first);
  let last = first;
  while (lines[last]?.endsWith('\\') === true) last += 1;
  return last;
}

const date = String.raw`[A-Z][a-z]{2} \d{4}-\d\d-\d\d`;
const span = String.raw`\d+(?:\.\d+)?(?:us|ms|s|min|h|d)\b`;

/** What is another each time, or on each machine, and by what it is replaced on both sides before they are compared. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/\x1b\[[\d;]*m/g, ''],
  [/\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ /g, 'WHEN HOST '],
  [new RegExp(`${date}(?: \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?)?(?: [A-Z]{3,4})?`, 'g'), 'DATE'],
  [/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b/g, 'DATE'],
  [/\b\d\d:\d\d:\d\d(?:\.\d+)?\b/g, 'TIME'],
  [new RegExp(`(?<![=\\w])${span}(?: ${span})*`, 'g'), 'SPAN'],
  [/(?<![=\w])\d+(?:\.\d+)?[BKMG]\b/g, 'SIZE'],
  [/\b[0-9a-f]{32}\b/g, 'ID'],
  [/\[\d+\]/g, '[PID]'],
  [/\b(job|pid|uid|process|PID:) \d+/g, '$1 N'],
  [/─\d+ /g, '─N '],
  [/\bby \S+ \(pid/g, 'by USER (pid'],
  // Numbers of operations and of jobs.
  [/^ *\d+ +(?=\S)/, 'N '],
  [/\s+/g, ' '],
];

function plain(line: string): string {
  return volatile.reduce((text, [pattern, by]) => text.replace(pattern, by), line).trim();
}

/** Whether that is what the page says: `...` alone stands for any lines, `…` at the end of a line for the rest of it. */
export function agrees(expected: readonly string[], output: readonly string[]): boolean {
  const wanted = expected.map(plain);
  const got = output.map(plain);
  // fits[j]: the first i lines of what is wanted are the first j lines of what came.
  let fits: readonly boolean[] = [true, ...got.map(() => false)];
  for (const line of wanted) {
    const any = line === '...';
    const next: boolean[] = [any && fits[0] === true];
    for (const [index, there] of got.entries()) {
      const before = fits[index] === true;
      next.push(any ? fits[index + 1] === true || next[index] === true : before && isLine(line, there));
    }
    fits = next;
  }
  return fits.at(-1) === true;
}

function isLine(expected: string, line: string): boolean {
  return expected.endsWith('…') ? line.startsWith(expected.slice(0, -1).trimEnd()) : line === expected;
}
