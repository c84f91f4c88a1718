import type { Op } from './op.ts';

/** Gives the path, or where that is empty the slot, an extended attribute written as NAME=value; where there cannot be one, there is none. */
export function attributeOp(slot: number, path: string, assignment: string): Op {
  const equals = assignment.indexOf('=');
  const value = new TextEncoder().encode(assignment.slice(equals + 1));
  return { op: 'xattr', slot, path, name: assignment.slice(0, equals), value, tolerate: true };
}
