import type { Answer } from '../../api/contract.ts';
import { wrapped } from './wrap.ts';
import type { Style } from './terminal.ts';

type Preview = Answer<'unit.preview'>;
type PreviewedJob = Preview['jobs'][number];

/** What a request would come to: its jobs as a tree of reasons, then what would be given up, and where circles in the order are. */
export function previewLines({ jobs, cycles, remarks }: Preview, style: Style, width: number | undefined): readonly string[] {
  const [first, ...rest] = jobs;
  if (first === undefined) return [];
  const known = new Set(jobs.map(({ unit }) => unit));
  const below = new Map<string, PreviewedJob[]>();
  for (const job of rest) {
    const parent = job.of !== undefined && known.has(job.of) && job.of !== job.unit ? job.of : first.unit;
    below.set(parent, [...(below.get(parent) ?? []), job]);
  }
  const lines: string[] = [`${style.bold(first.unit)}: ${first.type}`];
  const told = new Set([first.unit]);
  const tell = (unit: string, indent: string): void => {
    const children = (below.get(unit) ?? []).filter((job) => !told.has(job.unit));
    for (const job of children) told.add(job.unit);
    children.forEach((job, index) => {
      const isLast = index === children.length - 1;
      const { branch, last, vertical } = style.glyphs;
      const head = `${indent}${isLast ? last : branch}${job.unit}: ${job.type}`;
      const reason = reasonOf(job, unit);
      const whole = `${head}  ${reason}`;
      const next = `${indent}${isLast ? '  ' : vertical}`;
      // A reason that does not fit has a line of its own.
      if (width === undefined || whole.length <= width) lines.push(`${head}  ${style.grey(reason)}`);
      else lines.push(head, `${next}${below.has(job.unit) ? vertical : '  '}${style.grey(reason)}`);
      tell(job.unit, next);
    });
  };
  tell(first.unit, '');
  return [...lines, ...remarks.flatMap((remark) => wrapped(remark, width, 2)), ...cycles.flatMap((cycle) => cycleLines(cycle, width))];
}

/** As short as it is clear: whose dependency it is says the tree. */
function reasonOf({ reason, of, edge }: PreviewedJob, parent: string): string {
  if (edge === undefined || of !== parent) return reason;
  return `${edge.kind}=${edge.at === undefined ? '' : ` ${edge.at.startsWith('/') ? edge.at : `(${edge.at})`}`}`;
}

function cycleLines({ edges, dropped }: Preview['cycles'][number], width: number | undefined): readonly string[] {
  const head = `The order has a circle${dropped === undefined ? '' : `, for which the job of ${dropped} is left out`}:`;
  const steps = edges.map(({ of, kind, unit, at }) => {
    const [first, second] = kind === 'Before' ? [of, unit] : [unit, of];
    return `  ${second} comes after ${first}: ${kind}= in ${at ?? of}`;
  });
  return [head, ...steps].flatMap((line) => wrapped(line, width, 4));
}
