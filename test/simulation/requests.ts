import type { Simulation } from '../scenario/simulation.ts';
import type { Model } from './model.ts';
import type { Deed } from './scenario.ts';

/** The requests of clients, by the deeds that they are. */
type Requests = { readonly [Do in Deed['do']]?: (deed: Extract<Deed, { readonly do: Do }>, asked: Asked) => void };

/** Whom a client asks, and what is known of it. */
export interface Asked {
  readonly simulation: Simulation;
  readonly model: Model;
  /** The process that a scope is made of, if it is to be made of one. */
  readonly pid: number | undefined;
  /** A client was told of this job. */
  readonly told: (job: number) => void;
}

/** Whether the deed is one of a client, who needs a manager for it. */
export function isRequest(deed: Deed): boolean {
  return deed.do in requests;
}

/** Does what a client does. */
export function ask<Kind extends Deed['do']>(deed: Extract<Deed, { readonly do: Kind }>, asked: Asked): void {
  requests[deed.do]?.(deed, asked);
}

const requests: Requests = {
  request: ({ job, unit, mode }, { simulation: { manager }, model, told }) => {
    if (mode === 'ignore-dependencies') model.loose.add(unit);
    const ticket = manager.request(job, unit, mode, 'test');
    if (ticket.ok) told(ticket.value.job);
  },
  cancel: ({ unit }, { simulation: { manager } }) => {
    const job = manager.jobs().find((each) => each.unit === unit);
    if (job !== undefined) manager.cancel(job.id);
  },
  kill: ({ unit, whom, signal }, { simulation: { manager } }) => {
    manager.kill(unit, whom, signal);
  },
  'reset-failed': (deed, { simulation: { manager }, model }) => {
    manager.resetFailed(deed.unit);
    const unit = model.units.get(deed.unit);
    if (unit !== undefined) Object.assign(unit, { starts: undefined, restarts: 0 });
  },
  transient: ({ unit, properties: given }, { simulation: { manager }, pid, told }) => {
    const properties = Object.entries(given).map(([name, value]) => ({ name, value }));
    const ticket = manager.startTransient({ unit, properties, auxiliary: [], pids: pid === undefined ? [] : [pid] }, 'fail', 'test');
    if (ticket.ok) told(ticket.value.job);
  },
  edit: (_deed, { simulation: { manager } }) => manager.reload(),
  freeze: ({ unit }, { simulation: { manager } }) => {
    manager.freeze(unit, true);
  },
  thaw: ({ unit }, { simulation: { manager } }) => {
    manager.freeze(unit, false);
  },
  clean: ({ unit, what }, { simulation: { manager } }) => {
    manager.clean(unit, [what]);
  },
  mark,
  'restart-marked': (_deed, { simulation: { manager }, told }) => {
    for (const { unit, markers } of manager.marked()) {
      const job = markers.includes('needs-restart') ? 'try-restart' : 'try-reload-or-restart';
      const ticket = manager.request(job, unit, 'fail', 'test');
      if (ticket.ok) told(ticket.value.job);
    }
  },
};

/** Of what is not there nobody would know how long the mark lasts. */
function mark({ unit, markers }: Extract<Deed, { readonly do: 'mark' }>, { simulation: { manager, clock }, model }: Asked): void {
  const active = manager.unit(unit)?.active ?? 'inactive';
  if (active === 'inactive' || active === 'failed') return;
  const marked = manager.setProperties(unit, [{ name: 'Markers', value: markers }], { runtime: true });
  if (marked.ok) model.hear({ change: 'marked', unit, markers }, clock.now(), 'test');
}
