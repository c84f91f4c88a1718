import { unreachable } from '../base/assert.ts';
import { inverseKind, type Kind } from '../graph/dependency.ts';
import type { Reason } from '../graph/transaction.ts';
import type { World } from './world.ts';

/** Why a job is there, for people; with the line of the file that asks for it where there is one. */
export function reasonText(world: World, unit: string, reason: Reason): string {
  switch (reason.because) {
    case 'requested':
      return 'requested';
    case 'isolate':
      return `not part of what isolating ${reason.of} keeps`;
    case 'triggering':
      return `triggers ${reason.of}`;
    case 'dependency': {
      const at = locateEdge(world, reason.of, reason.kind, unit);
      return `${reason.kind}= of ${reason.of}${at === undefined ? '' : ` (${at})`}`;
    }
    default:
      return unreachable(reason);
  }
}

/** Where it is declared that `of` has this dependency on `unit`, by either of the two or, without `inverse`, by itself: PATH:LINE, the path of a link, or `implicit` or `default`. */
export function locateEdge(world: World, of: string, kind: Kind, unit: string, { inverse = true } = {}): string | undefined {
  return declaredAt(world, of, kind, unit) ?? (inverse ? declaredAt(world, unit, inverseKind(kind), of) : undefined);
}

function declaredAt(world: World, from: string, kind: Kind, to: string): string | undefined {
  const target = world.peek(to);
  const names = target === undefined ? [to] : [target.name, ...target.config.names];
  const declared = names.flatMap((name) => world.peek(from)?.declaredOn(name) ?? []).find(({ key }) => key === kind);
  if (declared === undefined) return undefined;
  const { origin } = declared;
  if (origin.from === 'file') return `${origin.path}:${origin.line}`;
  return origin.from === 'link' ? origin.path : origin.from;
}
