import { formatAgo } from '../../base/duration.ts';
import { createTimeText, formatTimestamp } from '../../base/timestamp.ts';
import { paintState, type Style } from '../output/terminal.ts';
import { shortened, wrapped } from '../output/wrap.ts';
import { doing, progressOf } from '../waiting/lines.ts';
import type { WhyFacts } from './facts.ts';
import type { LocatedLink } from './places.ts';
import { culpritOf } from './culprit.ts';

/** Where the lines go to. */
export interface Page {
  readonly style: Style;
  readonly width: number | undefined;
  readonly nowUsec: number;
  /** How the program that is asked is called, with the options that say which manager is meant. */
  readonly program: string;
}

/** The answer to `why` for one unit: its state, the way there, what it waits for, and what can be done. */
export function whyLines(facts: WhyFacts, page: Page): readonly string[] {
  return [headline(facts, page), ...state(facts), ...chain(facts, page), ...waiting(facts, page)].flatMap((line) =>
    wrapped(line, page.width, 11),
  );
}

/** What to type next, if anything; after the log lines. */
export function adviceLines({ unit, fileState, near, chain: links }: WhyFacts, { program, width }: Page): readonly string[] {
  const { name, load, active, sub } = unit;
  const culprit = culpritOf(name, links);
  const say = (text: string, command: string): string => `  ${text}: ${program} ${command}`;
  const advice = [
    ...near.map((other) => `  Did you mean ${other}?`),
    ...(load === 'masked' ? [say('To allow it again', `unmask ${name}`)] : []),
    ...(load === 'bad-setting' || load === 'error' ? [say('What is wrong in its files', `verify ${name}`)] : []),
    ...(culprit === undefined || culprit.unit === name ? [] : [say(`More of ${culprit.unit}`, `why ${culprit.unit}`)]),
    ...(active === 'failed' || culprit !== undefined ? [say('Its log', `logs -u ${culprit?.unit ?? name}`)] : []),
    ...(active === 'failed' ? [say('To try again', `restart ${name}`)] : []),
    ...(sub === 'auto-restart' ? [say('To make it stop', `stop ${name}`)] : []),
    ...(load === 'loaded' && active === 'inactive' && fileState === 'disabled' ? [say('To start it at boot', `enable ${name}`)] : []),
  ];
  return advice.flatMap((line) => wrapped(line, width, 4));
}

function headline({ unit }: WhyFacts, { style, nowUsec }: Page): string {
  const { active, sub, result, sinceUsec, load } = unit;
  if (load === 'not-found' && active === 'inactive') return `${style.glyphs.hollow} ${style.bold(unit.name)} does not exist`;
  const { glyph, paint } = paintState(active, style);
  const shown = paint(sub === active || sub === '' ? active : `${active} (${sub})`);
  const how = result === '' || result === 'success' ? '' : ` (${result})`;
  const since = sinceUsec === 0 ? '' : ` since ${formatTimestamp(sinceUsec)}; ${formatAgo(nowUsec - sinceUsec)}`;
  const verb = active === 'failed' ? 'has' : 'is';
  return `${paint(glyph)} ${style.bold(unit.name)} ${verb} ${shown}${how}${since}`;
}

/** What is to be said without the record: why it is not loaded, or that it was never asked for, and who would. */
function state(facts: WhyFacts): readonly string[] {
  const { unit, starters, fileState, chain: links, job } = facts;
  const who = starters.map(({ of, kind, at }) => `${kind}= of ${of}${placeText(at)}`);
  if (unit.load === 'not-found') return ['  There is no unit file of that name.', ...who.map((text) => `  It is named by ${text}.`)];
  if (unit.load === 'masked') return [`  It is masked: ${maskOf(unit.fragment)}, so that nothing can start it.`];
  if (unit.load !== 'loaded')
    return [`  It could not be loaded: ${unit.loadReason ?? unit.load}`, ...facts.wrong.slice(0, mostWrong).map((line) => `    ${line}`)];
  if (links.length > 0 || job !== undefined) return [];
  if (unit.active !== 'inactive') return ['  How it came to that is not on record: it was so when tysd first looked.'];
  const enabled = fileState === null ? '' : ` Its file is ${fileState}.`;
  const starting = who.length === 0 ? 'No unit that is loaded would start it.' : 'What would start it:';
  return [`  Nothing has asked for it, as far as the record goes.${enabled}`, `  ${starting}`, ...who.map((text) => `    ${text}`)];
}

const mostWrong = 8;

function maskOf(fragment: string): string {
  return fragment === '' ? 'its file is empty or a link to /dev/null' : `${fragment} is empty or a link to /dev/null`;
}

/** Each step with its time, the latest first, and below it where what brought it about is written. */
function chain({ unit, chain: links }: WhyFacts, { style, nowUsec, width }: Page): readonly string[] {
  const times = createTimeText(false);
  const [, today] = times.full(nowUsec).split(' ');
  const stampOf = (usec: number): string => {
    const [, date = '', time = ''] = times.full(usec).split(' ');
    return `${date === today ? '' : `${date} `}${time}`;
  };
  return links.flatMap((link) => {
    const since = link.sinceUsec === undefined ? '' : ` (the first time at ${stampOf(link.sinceUsec)})`;
    const text = `  ${style.grey(stampOf(link.usec))} ${link.unit === unit.name ? 'it' : link.unit} ${link.text}${since}`;
    return [text, ...(link.details ?? []).map((line) => `           ${line.trim()}`), ...place(link, style, width)];
  });
}

/** What stands in the file is cut where it is long: the place says where to read on. */
function place({ at, line }: LocatedLink, style: Style, width: number | undefined): readonly string[] {
  if (at === undefined) return [];
  if (!at.startsWith('/')) return [`           ${style.grey(`(${placeWords[at] ?? at})`)}`];
  const text = line === undefined ? at : `${at}: ${line}`;
  return [`           ${style.grey(shortened(text, Math.max(40, (width ?? 200) - 11), style.glyphs.ellipsis))}`];
}

function placeText(at: string | undefined): string {
  return at === undefined ? '' : ` (${placeWords[at] ?? at})`;
}

const placeWords: Readonly<Record<string, string>> = {
  default: 'by default, as DefaultDependencies= says',
  implicit: 'implied by other settings of the unit',
};

/** Its own job, and the jobs that it waits for in the end. */
function waiting({ job, blockers }: WhyFacts, { nowUsec }: Page): readonly string[] {
  if (job === undefined) return [];
  const own = `  Now: its ${job.type} job ${job.job} ${job.state === 'running' ? 'runs' : 'waits'} (${progressOf(job, nowUsec)}); ${job.now}`;
  const limit = job.deadline === undefined ? [] : [`  At the limit: ${job.deadline.outcome}`];
  const edges = job.waitsFor.map(({ edge }) => `    ${edge.kind}=${edge.unit}${placeText(edge.at)}`);
  const others = blockers.map((blocker) => `    ${doing(blocker.job)} (${progressOf(blocker.job, nowUsec)}): ${blocker.job.now}`);
  return [
    own,
    ...limit,
    ...(job.state === 'waiting' && edges.length > 0 ? ['  It comes after:', ...edges] : []),
    ...(others.length === 0 ? [] : ['  In the end it waits for:', ...others]),
  ];
}
