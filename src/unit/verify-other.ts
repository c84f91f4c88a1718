import type { UnitDraft } from './draft.ts';
import { isApiMount } from './mount-options.ts';
import { isHashedName, pathOfUnit, unitOfPath } from './name.ts';

/** Refuses timers that never elapse (systemd.timer(5)). */
export function verifyTimer(draft: UnitDraft, warn: (message: string) => void): void {
  const { Elapse, OnClockChange, OnTimezoneChange } = draft.settings('timer');
  if (Elapse.length === 0 && !OnClockChange && !OnTimezoneChange) draft.refuse('the timer has no OnCalendar=, OnActiveSec= or other On*=');
  triggerOther(draft, 'timer', warn);
}

/** Refuses path units that watch nothing (systemd.path(5)). */
export function verifyPath(draft: UnitDraft, warn: (message: string) => void): void {
  const { Watch } = draft.settings('path');
  if (Watch.length === 0) draft.refuse('the path unit has no PathExists=, PathChanged= or other path to watch');
  triggerOther(draft, 'path', warn);
}

/** Refuses mounts without a source or under a wrong name (systemd.mount(5)); Where= is told by the name where it is not set. */
export function verifyMount(draft: UnitDraft): void {
  settlePlace(draft, 'mount', 'Where');
  describeByPlace(draft, 'mount', 'Where');
  const { What, Where } = draft.settings('mount');
  if (Where === '') draft.refuse('the mount has no Where=, and its name stands for no path');
  else if (unitOfPath(Where, 'mount') !== draft.name)
    draft.refuse(`Where=${Where} does not match the name of the unit, which would be ${unitOfPath(Where, 'mount') ?? 'too long'}`, 'Where');
  else if (isApiMount(Where)) draft.refuse(`${Where} is mounted by the manager itself`, 'Where');
  else if (What === '') draft.refuse('the mount has no What=');
  if (draft.settings('exec').PAMName !== '' && draft.settings('kill').KillMode !== 'control-group')
    draft.refuse('PAMName= needs KillMode=control-group', 'PAMName');
}

/** Refuses automounts under a wrong name (systemd.automount(5)). */
export function verifyAutomount(draft: UnitDraft): void {
  settlePlace(draft, 'automount', 'Where');
  const { Where } = draft.settings('automount');
  if (Where === '/') draft.refuse('the root cannot be an automount', 'Where');
  else if (Where === '') draft.refuse('the automount has no Where=, and its name stands for no path');
  else if (unitOfPath(Where, 'automount') !== draft.name) draft.refuse(`Where=${Where} does not match the name of the unit`, 'Where');
}

/** Refuses swaps without a device or under a wrong name (systemd.swap(5)). */
export function verifySwap(draft: UnitDraft): void {
  settlePlace(draft, 'swap', 'What');
  describeByPlace(draft, 'swap', 'What');
  const { What } = draft.settings('swap');
  if (What === '') draft.refuse('the swap has no What=');
  else if (What.startsWith('/') && unitOfPath(What, 'swap') !== draft.name)
    draft.refuse(`What=${What} does not match the name of the unit`, 'What');
}

/** A mount or swap without a description is called by its place. */
function describeByPlace(draft: UnitDraft, part: 'mount' | 'swap', property: 'Where' | 'What'): void {
  if (draft.value('unit', 'Description') === '') draft.set('unit', 'Description', draft.value(part, property));
}
/** As in systemd, a unit that names itself triggers the one that it would without that. */
function triggerOther(draft: UnitDraft, part: 'timer' | 'path', warn: (message: string) => void): void {
  if (draft.settings(part).Unit !== draft.name) return;
  draft.set(part, 'Unit', '');
  warn(`a unit cannot trigger itself, Unit=${draft.name} is ignored`);
}

function settlePlace(draft: UnitDraft, part: 'mount' | 'automount' | 'swap', property: 'Where' | 'What'): void {
  if (draft.value(part, property) !== '' || isHashedName(draft.name)) return;
  const path = pathOfUnit(draft.name);
  if (path !== undefined) draft.set(part, property, path);
}
