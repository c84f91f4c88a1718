import type { HistoryEntry } from '../../api/history.ts';
import { unreachable } from '../../base/assert.ts';
import { createTimeText, type TimeText } from '../../base/timestamp.ts';
import { paintState, type Style } from '../output/terminal.ts';
import { wrapped } from '../output/wrap.ts';
import type { Repeats } from './repeats.ts';

interface Page {
  readonly style: Style;
  readonly width: number | undefined;
  /** Each line names its unit. */
  readonly named: boolean;
}

/** The lines of `history`: one for each entry, below a line for each day. */
export function historyLines(entries: readonly (HistoryEntry | Repeats)[], { style, width, named }: Page): readonly string[] {
  const times = createTimeText(false);
  const lines: string[] = [];
  let day = '';
  for (const entry of entries) {
    const [weekday, date, time, zone] = times.full(entry.usec).split(' ');
    if (day !== date) lines.push(style.grey(`-- ${weekday ?? ''} ${date ?? ''} ${zone ?? ''} --`));
    day = date ?? '';
    const milliseconds = String(Math.floor((entry.usec % 1_000_000) / 1000)).padStart(3, '0');
    const unit = named && entry.unit !== '' ? `${style.bold(entry.unit)} ` : '';
    const text = entry.what === 'repeats' ? repeatsText(entry, style, times) : entryText(entry, style);
    lines.push(...wrapped(`${style.grey(`${time ?? ''}.${milliseconds}`)} ${unit}${text}`, width, 'HH:MM:SS.mmm '.length));
  }
  return lines;
}

function repeatsText({ unit, count, untilUsec }: Repeats, style: Style, times: TimeText): string {
  const [, , until = ''] = times.full(untilUsec).split(' ');
  return style.grey(`the same${unit === '' ? ' of the manager' : ''} again, ${count} times until ${until} (history -l shows each)`);
}

/** What one entry says, without its time and unit. */
export function entryText(entry: HistoryEntry, style: Style): string {
  switch (entry.what) {
    case 'state':
      return `${paintedState(entry.to, style)}: ${entry.cause}`;
    case 'job':
      return `${entry.type} job ${entry.job} queued: ${reasonText(entry)}`;
    case 'end':
      return `${entry.type} job ${entry.job} ended: ${endText(entry)}`;
    case 'refused':
      return `${entry.type} ${style.red('refused')}: ${entry.message.replaceAll('\n', ' ')} (${entry.cause})`;
    case 'manager':
      return `the manager ${entry.cause}`;
    default:
      return unreachable(entry);
  }
}

/** A state such as `failed (failed)`, in its colour; `failed` where both words are the same. */
export function paintedState(state: string, style: Style): string {
  const text = stateText(state);
  return paintState(text.split(' ')[0] ?? '', style).paint(text);
}

/** The same without a colour. */
export function stateText(state: string): string {
  const [active = '', sub = ''] = state.replace(/\)$/, '').split(' (');
  return active === sub ? active : state;
}

/** Why a job was queued. */
export function reasonText({ reason, cause }: Extract<HistoryEntry, { readonly what: 'job' }>): string {
  if (reason === undefined) return cause;
  const why =
    reason.because === 'dependency'
      ? `${reason.kind}= of ${reason.of}`
      : reason.because === 'isolate'
        ? `not part of what isolating ${reason.of} keeps`
        : `triggers ${reason.of}`;
  return `${why}, for ${cause}`;
}

function endText({ result, cause }: Extract<HistoryEntry, { readonly what: 'end' }>): string {
  const text = endings[result] ?? result;
  return cause === undefined ? text : `${text}: ${cause}`;
}

/** How jobs end that are not done. */
const endings: Readonly<Record<string, string>> = {
  canceled: 'cancelled',
  timeout: 'it took too long (JobTimeoutSec=)',
  failed: 'failed',
  dependency: 'what it depends on failed',
  skipped: 'there was nothing to do',
  invalid: 'the unit cannot do that now',
  assert: 'an assert did not hold',
  condition: 'skipped, a condition did not hold',
  unsupported: 'this machine cannot do that',
  collected: 'nobody needed it any more',
  once: 'the unit can be started only once',
};
