import type { Answer } from '../../api/contract.ts';
import type { Change } from '../../api/manager.ts';
import { unreachable } from '../../base/assert.ts';
import { paintState, type Style } from '../output/terminal.ts';
import { cutLogLine, wrapped } from '../output/wrap.ts';

type Unit = NonNullable<Answer<'units.get'>[number]>;

/** What `monitor` tells of, each with its point in time in microseconds since 1970. */
export type MonitorEvent = { readonly usec: number } & (
  | { readonly event: 'unit'; readonly unit: string; readonly active: string; readonly sub: string }
  /** Comes after the event `unit`: why, its last log lines, and what to type next. */
  | {
      readonly event: 'failure';
      readonly unit: string;
      readonly cause?: string;
      readonly log: readonly string[];
      readonly next: readonly string[];
    }
  | { readonly event: 'job-new'; readonly unit: string; readonly job: number; readonly type: string; readonly anchor: number }
  | { readonly event: 'job-removed'; readonly unit: string; readonly job: number; readonly type?: string; readonly result: string }
  | { readonly event: 'manager'; readonly what: 'reloading' | 'reloaded' | 'started' | 'gone' | 'back' }
);

/** Makes events of what a manager tells, and of what its units are; of what is told twice, once. */
export class Observer {
  readonly #states = new Map<string, string>();
  readonly #types = new Map<number, string>();

  /** What has changed of the units since they were last seen or told of; of units that were never seen, nothing. */
  look(units: readonly Pick<Unit, 'name' | 'active' | 'sub'>[], usec: number): readonly MonitorEvent[] {
    return units.flatMap(({ name, active, sub }) => {
      const isNew = !this.#states.has(name);
      const events = this.#unit(name, active, sub, usec);
      return isNew ? [] : events;
    });
  }

  take(change: Change, usec: number): readonly MonitorEvent[] {
    switch (change.change) {
      case 'unit':
        return this.#unit(change.unit, change.active, change.sub, usec);
      case 'job-new': {
        const { job, unit, type, anchor } = change;
        this.#types.set(job, type);
        return [{ usec, event: 'job-new', unit, job, type, anchor }];
      }
      case 'job-removed': {
        const { job, unit, result } = change;
        const type = this.#types.get(job);
        this.#types.delete(job);
        return [{ usec, event: 'job-removed', unit, job, ...(type === undefined ? {} : { type }), result }];
      }
      case 'reloading':
        return [{ usec, event: 'manager', what: change.active ? 'reloading' : 'reloaded' }];
      case 'startup-finished':
        return [{ usec, event: 'manager', what: 'started' }];
      default:
        return unreachable(change);
    }
  }

  #unit(unit: string, active: string, sub: string, usec: number): readonly MonitorEvent[] {
    const state = `${active} ${sub}`;
    if (this.#states.get(unit) === state) return [];
    this.#states.set(unit, state);
    return [{ usec, event: 'unit', unit, active, sub }];
  }
}

/** What an event says, in lines without its time, of `width` columns at most; those after the first belong to it. */
export function eventLines(event: MonitorEvent, style: Style, width?: number): readonly string[] {
  const { glyphs, bold, grey, green, red, yellow } = style;
  switch (event.event) {
    case 'unit': {
      const { glyph, paint } = paintState(event.active, style);
      const state = event.active === event.sub ? event.active : `${event.active} (${event.sub})`;
      return [`${paint(glyph)} ${bold(event.unit)} ${paint(state)}`];
    }
    case 'failure':
      return [
        ...wrapped(
          `${red(glyphs.cross)} ${bold(event.unit)} ${red('failed')}${event.cause === undefined ? '' : `: ${event.cause}`}`,
          width,
          2,
        ),
        ...event.log.map((line) => `  ${grey(glyphs.vertical.trimEnd())} ${cutLogLine(line, width && width - 4, glyphs.ellipsis)}`),
        ...wrapped(`  ${grey('Next:')} ${event.next.join(grey('  or  '))}`, width, 4),
      ];
    case 'job-new': {
      const whose = event.anchor === event.job ? '' : grey(` for job ${event.anchor}`);
      return [`${grey(glyphs.arrow)} ${bold(event.unit)} ${event.type} job ${event.job} queued${whose}`];
    }
    case 'job-removed': {
      const isGood = event.result === 'done' || event.result === 'skipped';
      const [glyph, paint] = isGood ? [glyphs.tick, green] : [glyphs.ballot, event.result === 'canceled' ? yellow : red];
      return [
        `${paint(glyph)} ${bold(event.unit)} ${event.type === undefined ? '' : `${event.type} `}job ${event.job} ${paint(event.result)}`,
      ];
    }
    case 'manager':
      return [`${yellow(glyphs.bullet)} ${managerText[event.what]}`];
    default:
      return unreachable(event);
  }
}

const managerText = {
  reloading: 'the manager reads its files anew',
  reloaded: 'the manager has read its files',
  started: 'the start-up is finished',
  gone: 'the manager is gone: waiting for the next',
  back: 'the manager is back',
} as const;
