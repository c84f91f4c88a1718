import type { Client } from '../../api/client.ts';
import type { ApiError } from '../../api/error.ts';
import type { Invocation } from '../invocation.ts';
import { chainOf } from '../why/chain.ts';
import { culpritOf } from '../why/culprit.ts';
import { problemsOf } from '../why/facts.ts';
import { located, type LocatedLink } from '../why/places.ts';
import { ownLogSoon } from './own-log.ts';
import { quoteForShell } from './shell-quote.ts';
import type { ErrorScreen } from './terminal.ts';
import { shortened, wrapped } from './wrap.ts';
import { sameManager } from './same-manager.ts';

const logLines = 5;

/** Below systemctl's words on a job that failed, for whoever sits at the terminal: what failed, the line of the file that it is about, what the processes wrote last, and what to type next. */
export async function adviseOnFailure(invocation: Invocation, unit: string): Promise<void> {
  const { terminal, options } = invocation;
  const { errors } = terminal;
  const client = errors === undefined || options.quiet ? undefined : await invocation.connect();
  if (errors === undefined || client?.ok !== true) return;
  const history = await client.value.call('history.list', {});
  const chain = chainOf(unit, history.ok ? history.value : []);
  const culprit = culpritOf(unit, chain);
  const ahead = chain.findIndex(({ failed }) => failed !== true);
  const failures = await located(client.value, chain.slice(0, Math.max(1, ahead < 0 ? chain.length : ahead)));
  const log = culprit === undefined ? [] : await ownLogSoon(invocation, culprit, options.lines ?? logLines);
  for (const line of [
    ...failures.flatMap((link) => linkLines(link, unit, errors)),
    ...logLinesOf(log, errors),
    ...nextLine(invocation, ['why', unit]),
  ])
    terminal.tell(line);
}

/** The same for a request that was refused. */
export async function adviseOnRefusal(invocation: Invocation, unit: string, error: ApiError): Promise<void> {
  const { terminal, options } = invocation;
  const { errors } = terminal;
  if (errors === undefined || options.quiet) return;
  if (error.code === 'masked') for (const line of nextLine(invocation, ['unmask', unit])) terminal.tell(line);
  if (error.code !== 'load-failed') return;
  const client = await invocation.connect();
  const problems = client.ok ? await problemsIn(client.value, unit) : [];
  for (const problem of problems) terminal.tell(`  ${shortened(problem, Math.max(20, errors.width - 2), errors.style.glyphs.ellipsis)}`);
  for (const line of nextLine(invocation, ['edit', '--full', unit])) terminal.tell(line);
}

async function problemsIn(client: Client, unit: string): Promise<readonly string[]> {
  return (await problemsOf(client, unit)).slice(0, logLines);
}

function linkLines({ unit, text, details = [], at, line }: LocatedLink, about: string, { style, width }: ErrorScreen): readonly string[] {
  const head = `  ${style.red(style.glyphs.cross)} ${unit === about ? 'it' : unit} ${text}`;
  const place = at?.startsWith('/') === true ? [`${at}${line === undefined ? '' : `: ${line}`}`] : [];
  const below = [...details.map((each) => each.trim()), ...place];
  return [
    ...wrapped(head, width, 4),
    ...below.map((each) => `    ${style.grey(shortened(each, Math.max(20, width - 4), style.glyphs.ellipsis))}`),
  ];
}

function logLinesOf(log: readonly string[], { style, width }: ErrorScreen): readonly string[] {
  const { vertical, ellipsis } = style.glyphs;
  return log.map((line) => `    ${style.grey(vertical.trimEnd())} ${shortened(line, Math.max(20, width - 6), ellipsis)}`);
}

function nextLine({ program, options, terminal }: Invocation, [verb = '', ...words]: readonly string[]): readonly string[] {
  // systemctl has no `why`.
  const tool = `${verb === 'why' ? 'tysctl' : program}${sameManager(options)}`;
  const shown = words.map((word) => (word.startsWith('-') && !word.startsWith('--') ? `-- ${quoteForShell(word)}` : quoteForShell(word)));
  return [`  ${terminal.errors?.style.grey('Next:') ?? 'Next:'} ${tool} ${[verb, ...shown].join(' ')}`];
}
