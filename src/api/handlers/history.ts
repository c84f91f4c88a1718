import { ok } from '../../base/result.ts';
import type { Handlers } from '../handler.ts';

/** What happened, and why. */
export const historyHandlers: Handlers<'edges.locate' | 'history.list'> = {
  'edges.locate': ({ edges }, { manager }) => ok(edges.map(({ of, kind, unit }) => manager.locateEdge(of, kind, unit) ?? null)),

  'history.list': ({ units }, { manager }) => ok(units === undefined ? manager.history() : units.flatMap((unit) => manager.history(unit))),
};
