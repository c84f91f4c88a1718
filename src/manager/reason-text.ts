import { unreachable } from '../base/assert.ts';
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
    case 'dependency':
      return `${reason.kind}= of ${reason.of}${whereDeclared(world, unit, reason)}`;
    default:
      return unreachable(reason);
  }
}

function whereDeclared(world: World, unit: string, reason: Extract<Reason, { readonly because: 'dependency' }>): string {
  const declared = world.peek(reason.of)?.declared.find((each) => each.key === reason.kind && world.peek(each.unit)?.name === unit);
  if (declared === undefined) return '';
  const { origin } = declared;
  if (origin.from === 'file') return ` (${origin.path}:${origin.line})`;
  return ` (${origin.from === 'link' ? origin.path : origin.from})`;
}
