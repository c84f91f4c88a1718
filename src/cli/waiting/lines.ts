import { columnsOf } from '../../base/columns.ts';
import { formatTimespan, SECOND } from '../../base/duration.ts';
import type { Style } from '../output/terminal.ts';
import { cutInMiddle } from '../output/wrap.ts';
import type { Blocker, WaitingJob } from './blockers.ts';

/** What a job does, as "web.service is being started". */
export function doing({ unit, type }: Pick<WaitingJob, 'unit' | 'type'>): string {
  return `${unit} ${verbs[type] ?? `has a ${type} job`}`;
}

const verbs: Readonly<Record<string, string>> = {
  start: 'is being started',
  stop: 'is being stopped',
  restart: 'is being stopped, to be started again',
  reload: 'is being reloaded',
};

/** How long it takes so far, and how long it may: "12s / 1min 30s". */
export function progressOf({ sinceUsec, deadline }: Pick<WaitingJob, 'sinceUsec' | 'deadline'>, nowUsec: number): string {
  const limit = deadline === undefined ? 'no limit' : span(deadline.usec - sinceUsec);
  return `${span(nowUsec - sinceUsec)} / ${limit}`;
}

/** The lines on one job that keeps others, without its log. */
export function blockerLines({ job, next, count }: Blocker, nowUsec: number, style: Style): readonly string[] {
  const head = `${style.bold(doing(job))} (job ${job.job}, ${progressOf(job, nowUsec)})`;
  return [
    head,
    row('Why', job.cause),
    row('Now', job.now),
    ...(job.deadline === undefined ? [] : [row(`In ${span(Math.max(0, job.deadline.usec - nowUsec))}`, job.deadline.outcome)]),
    ...next
      .slice(0, mostNext)
      .flatMap(({ job: { unit, type }, edge }, index) => [
        row(index === 0 ? 'Then' : '', `${unit}, ${type}: ${edgeText(edge, unit)}`),
        ...(edge.at?.startsWith('/') === true ? [row('', `  ${edge.at}`)] : []),
      ]),
    ...(count > Math.min(next.length, mostNext) ? [row('', `and ${count - Math.min(next.length, mostNext)} more`)] : []),
  ];
}

/** A unit whose end is waited for, when none of its jobs is there any more. */
export interface RunningUnit {
  /** The unit with its description. */
  readonly title: string;
  /** CLOCK_REALTIME microseconds. */
  readonly sinceUsec: number;
  /** How long it may run, as a span; undefined for as long as it likes. */
  readonly limit: string | undefined;
  /** What it does, for people. */
  readonly now: string;
}

/**
 * One line while it takes long, in systemd's words: which of how many, how long it takes and may take, how many jobs it keeps, and
 * what it does. Of a narrow line the last words are left out, then the middle of the title, but never how long it takes.
 */
export function progressLine(
  subject: Blocker | RunningUnit,
  place: { readonly index: number; readonly of: number },
  nowUsec: number,
  width?: number,
): string {
  const which = place.of === 1 ? '' : `(${place.index + 1} of ${place.of}) `;
  if ('title' in subject) {
    const { title, sinceUsec, limit = 'no limit', now } = subject;
    const time = ` (${span(nowUsec - sinceUsec)} / ${limit})`;
    return fitted({ lead: `${which}Waiting for the end of `, title, time, kept: '', now }, width);
  }
  const { job, count } = subject;
  const kept = count === 0 ? '' : `; ${count} more ${count === 1 ? 'job waits' : 'jobs wait'} for it`;
  const article = /^[aeiou]/.test(job.type) ? 'An' : 'A';
  const lead = `${which}${article} ${job.type} job is running for `;
  return fitted({ lead, title: job.title, time: ` (${progressOf(job, nowUsec)})`, kept, now: job.now }, width);
}

interface Parts {
  readonly lead: string;
  readonly title: string;
  readonly time: string;
  readonly kept: string;
  readonly now: string;
}

function fitted({ lead, title, time, kept, now }: Parts, width = Infinity): string {
  const least = lead + title + time;
  if (columnsOf(least) > width) return lead + cutInMiddle(title, width - columnsOf(lead + time), '...') + time;
  const line = columnsOf(least + kept) <= width ? least + kept : least;
  return line + firstWords(`: ${now}`, width - columnsOf(line));
}

/** The text, or as many of its words as there is room for, with dots; nothing where that is none. */
function firstWords(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const ends = [...text.matchAll(/\S(?= )/g)].map(({ index }) => index + 1).filter((end) => columnsOf(text.slice(0, end)) + 3 <= width);
  const end = ends.at(-1) ?? 0;
  return end < 3 ? '' : `${text.slice(0, end).replace(/[:;,]$/, '')}...`;
}

const mostNext = 5;

/** A dependency as a line of the unit that it is seen from; whoever declares it. */
function edgeText({ of, kind, unit, at }: WaitingJob['waitsFor'][number]['edge'], about: string): string {
  const line = `${kind}=${unit}${of === about ? '' : ` of ${of}`}`;
  return at === 'default' || at === 'implicit' ? `${line} (${at})` : line;
}

/** A label and what it is about. */
export function row(label: string, text: string): string {
  return `${label.padStart(13)}${label === '' ? ' ' : ':'} ${text}`;
}

function span(usec: number): string {
  return usec < SECOND ? '0s' : formatTimespan(usec, SECOND);
}
