import type { Op, OpName, Plan } from './op.ts';
import { namespaceKinds } from './private-users.ts';

/** What is wrong with the order of a plan, a sentence for each trouble; empty for every plan that `compile` makes. */
export function checkOrder(plan: Plan): readonly string[] {
  const troubles: string[] = [];
  const filled = new Set<number>();
  let dropped: OpName | undefined;
  let ended: OpName | undefined;
  let filtered = false;
  let entered = false;
  // In a user namespace, and in one that was entered when the view was made.
  let [users, late] = [false, false];
  let view: 'none' | 'making' | 'made' | 'joined' = 'none';
  for (const op of plan) {
    if (ended !== undefined) troubles.push(`${op.op} after ${ended}`);
    if (filtered && !staysPossible.has(op.op)) troubles.push(`${op.op} after seccomp`);
    if (dropped !== undefined && !needsNoPrivilege.has(op.op)) troubles.push(`${op.op} after ${dropped}`);
    if (isOfView.has(op.op) && view !== 'making' && !(view === 'joined' && op.op === 'mount-image'))
      troubles.push(`${op.op} with no view in the making`);
    if (view === 'making' && !isOfView.has(op.op)) troubles.push(`${op.op} before the view is made`);
    if (entersUsers(op)) [users, late] = [true, view === 'made'];
    if (op.op === 'groups' && late) troubles.push('groups after the user namespace');
    if (op.op === 'unshare' && users && (op.kinds & namespaceKinds.mnt) !== 0 && view !== 'made')
      troubles.push('mounts are given away before the view is made');
    if (op.op === 'bpf-file-system' && !users) troubles.push('rights on programs are given away outside of a user namespace');
    if (op.op === 'outside' && users) troubles.push('outside after the user namespace');
    if (op.op === 'mount-namespace') view = 'making';
    if (op.op === 'enter-root') view = 'made';
    if (op.op === 'attach-tree' && view !== 'joined') troubles.push('attach-tree with no view to mount it in');
    if (op.op === 'join-view') view = 'joined';
    for (const slot of usedSlots(op)) if (!filled.has(slot)) troubles.push(`${op.op} of slot ${slot}, which is empty`);
    for (const slot of filledSlots(op)) filled.add(slot);
    if (entered && madeBefore.has(op.op)) troubles.push(`${op.op} after session`);
    if (op.op === 'session') {
      entered = true;
      filled.clear();
    }
    if (op.op === 'uid' || op.op.startsWith('no-new-privileges')) dropped ??= op.op;
    if (op.op === 'seccomp') filtered = true;
    if (op.op === 'exec' || op.op === 'exit' || op.op === 'fail') ended = op.op;
  }
  // Before a session there are groups for its modules to see.
  const identity = plan
    .slice(plan.findIndex(({ op }) => op === 'session') + 1)
    .map(({ op }) => op)
    .filter((name) => name === 'groups' || name === 'gid' || name === 'uid');
  if (identity.join(' ') !== ['groups', 'gid', 'uid'].filter((name) => identity.some((other) => other === name)).join(' ')) {
    troubles.push(`${identity.join(', ')} instead of groups, gid, uid, each once`);
  }
  return [...troubles, ...capabilityTroubles(plan)];
}

/** A process gets no capability after the change of the user that was not asked for before it, and none is kept for its own sake. */
function capabilityTroubles(plan: Plan): readonly string[] {
  const troubles: string[] = [];
  const user = plan.findIndex(({ op }) => op === 'uid');
  const asked = plan.slice(0, Math.max(user, 0)).find((op) => op.op === 'ambient');
  for (const op of user < 0 ? [] : plan.slice(user)) {
    if (op.op === 'ambient' && (asked?.op !== 'ambient' || asked.set !== op.set)) troubles.push('ambient after uid, but not before it');
  }
  const names = plan.map(({ op }) => op);
  const kept = names.indexOf('keep-capabilities');
  if (kept >= 0 && names[kept + 1] !== 'uid') troubles.push('keep-capabilities without uid behind it');
  if (names.includes('ambient') && names.indexOf('ambient') < names.indexOf('bounding-set')) troubles.push('ambient before bounding-set');
  return troubles;
}

function entersUsers(op: Op): boolean {
  return op.op === 'user-namespace' || op.op === 'enter-owner' || (op.op === 'enter-namespace' && op.kind === namespaceKinds.user);
}

/** Ops that an ordinary user may do, and that give away nothing that the program should not have. */
const needsNoPrivilege: ReadonlySet<OpName> = new Set<OpName>([
  'chdir',
  'no-new-privileges',
  'no-new-privileges-unless-admin',
  'seccomp',
  'env-pid',
  'env-stream',
  'exec',
  'exit',
  'fail',
  'ambient',
  'securebits',
]);

/** What is handed over to the child at its birth: another program, which opens the session, has it no more. */
const madeBefore: ReadonlySet<OpName> = new Set<OpName>([
  'take',
  'output',
  'keep',
  'namespace',
  'owned-namespace',
  'cgroup-filter',
  'cgroup-pinned-filter',
  'session',
]);

/** What a filter may refuse the program, the child has no use for any more, except to become the program. */
const staysPossible: ReadonlySet<OpName> = new Set<OpName>(['exec', 'exit', 'fail']);

/** Ops between `mount-namespace` and `enter-root`. */
const isOfView: ReadonlySet<OpName> = new Set<OpName>([
  'root',
  'root-image',
  'mount-image',
  'extension-image',
  'mount-point',
  'bind-mount',
  'mask',
  'file-system',
  'devices',
  'overlay',
  'restrict',
  'enter-root',
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
    case 'socket-owner':
    case 'pipe-size':
    case 'terminal-owner':
    case 'credential-data':
    case 'credential-file':
    case 'credentials-close':
    case 'enter-namespace':
    case 'attach-tree':
    case 'bpf-file-system':
    case 'journal':
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
    case 'fifo':
    case 'inotify':
    case 'watch-clock':
    case 'wake-timer':
    case 'credentials-open':
    case 'terminal':
    case 'clone-tree':
    case 'outside':
    case 'lock':
      return [op.slot];
    case 'pipe':
      return [op.readSlot, op.writeSlot];
    default:
      return [];
  }
}
