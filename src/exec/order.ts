import type { Op, OpName, Plan } from './op.ts';

/** What is wrong with the order of a plan, a sentence for each trouble; empty for every plan that `compile` makes. */
export function checkOrder(plan: Plan): readonly string[] {
  const troubles: string[] = [];
  const filled = new Set<number>();
  let dropped: OpName | undefined;
  let ended: OpName | undefined;
  for (const op of plan) {
    if (ended !== undefined) troubles.push(`${op.op} after ${ended}`);
    if (dropped !== undefined && !needsNoPrivilege.has(op.op)) troubles.push(`${op.op} after ${dropped}`);
    for (const slot of usedSlots(op)) if (!filled.has(slot)) troubles.push(`${op.op} of slot ${slot}, which is empty`);
    for (const slot of filledSlots(op)) filled.add(slot);
    if (op.op === 'uid' || op.op === 'no-new-privileges') dropped ??= op.op;
    if (op.op === 'exec' || op.op === 'exit' || op.op === 'fail') ended = op.op;
  }
  const identity = plan.map(({ op }) => op).filter((name) => name === 'groups' || name === 'gid' || name === 'uid');
  if (identity.join(' ') !== ['groups', 'gid', 'uid'].filter((name) => identity.some((other) => other === name)).join(' ')) {
    troubles.push(`${identity.join(', ')} instead of groups, gid, uid, each once`);
  }
  return troubles;
}

/** Ops that an ordinary user may do, and that give away nothing that the program should not have. */
const needsNoPrivilege: ReadonlySet<OpName> = new Set<OpName>([
  'chdir',
  'no-new-privileges',
  'env-pid',
  'env-stream',
  'exec',
  'exit',
  'fail',
]);

function usedSlots(op: Op): readonly number[] {
  switch (op.op) {
    case 'dup':
    case 'nonblock':
    case 'env-stream':
    case 'keep':
    case 'setsockopt':
    case 'bind':
    case 'listen':
    case 'pipe-size':
      return [op.slot];
    case 'xattr':
      return op.path === '' ? [op.slot] : [];
    case 'watch-path':
      return [op.aboveSlot, op.selfSlot];
    case 'wait':
      return op.tolerate === true ? [] : [op.slot];
    default:
      return [];
  }
}

function filledSlots(op: Op): readonly number[] {
  switch (op.op) {
    case 'open':
    case 'take':
    case 'output':
    case 'data':
    case 'socket':
    case 'special':
    case 'mqueue':
    case 'inotify':
    case 'watch-clock':
      return [op.slot];
    case 'pipe':
      return [op.readSlot, op.writeSlot];
    default:
      return [];
  }
}
