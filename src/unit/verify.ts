import type { UnitTypeName } from './config.ts';
import type { UnitDraft } from './draft.ts';
import { pathOfUnit } from './name.ts';
import { verifyAutomount, verifyMount, verifyPath, verifySwap, verifyTimer } from './verify-other.ts';
import { verifyService, type Warn } from './verify-service.ts';
import { verifySocket } from './verify-socket.ts';

/** Checks a unit whose files are all read, settles what they leave open, and refuses it where it cannot work; `path` is that of its main file. */
export function verify(draft: UnitDraft, path: string): void {
  settle(draft);
  const report = (severity: 'error' | 'warning', code: string, message: string, property = ''): void =>
    draft.report({ severity, code, message, ...(draft.lineOf(property) ?? { path, line: 0 }), column: 0 });
  if (draft.isSet('cgroup', 'Delegate') && !mayDelegate.has(draft.type)) {
    draft.set('cgroup', 'Delegate', false);
    report('warning', 'no-effect', `Delegate= is not for a ${draft.type}, ignored`, 'Delegate');
  }
  const refusedBefore = draft.refusal;
  verifyHandlers(draft);
  checks[draft.type]?.(draft, (message, property) => report('warning', 'no-effect', message, property));
  const { refusal } = draft;
  if (refusal !== undefined && refusal !== refusedBefore)
    draft.report({ severity: 'error', code: 'refused', message: refusal.reason, ...(refusal.line ?? { path, line: 0 }), column: 0 });
}

/** Settles what the lines of a unit leave open. */
export function settle(draft: UnitDraft): void {
  settleUnit(draft);
  settleExec(draft);
  settleMemory(draft);
}

/** What is delegated kills its own processes as it sees fit (systemd.service(5), OOMPolicy=). */
function settleMemory(draft: UnitDraft): void {
  const { type } = draft;
  if (type !== 'service' && type !== 'scope') return;
  if (draft.value('cgroup', 'Delegate') !== false && !draft.isSet(type, 'OOMPolicy')) draft.set(type, 'OOMPolicy', 'continue');
}

const checks: Readonly<Partial<Record<UnitTypeName, (draft: UnitDraft, warn: Warn) => void>>> = {
  service: verifyService,
  socket: verifySocket,
  timer: verifyTimer,
  path: verifyPath,
  mount: verifyMount,
  automount: verifyAutomount,
  swap: verifySwap,
};

/** One unit can be isolated, not several. */
function verifyHandlers(draft: UnitDraft): void {
  const { OnFailureJobMode, OnSuccessJobMode } = draft.settings('unit');
  if (OnFailureJobMode !== 'isolate' && OnSuccessJobMode !== 'isolate') return;
  const modes = { OnFailure: OnFailureJobMode, OnSuccess: OnSuccessJobMode } as const;
  for (const key of ['OnFailure', 'OnSuccess'] as const) {
    const handlers = new Set(draft.dependencies.filter((each) => each.key === key).map(({ unit }) => unit));
    if (modes[key] === 'isolate' && handlers.size > 1) draft.refuse(`${key}JobMode=isolate allows for one unit in ${key}= only`);
  }
}

const mayDelegate: ReadonlySet<UnitTypeName> = new Set(['service', 'scope']);

const stayOnIsolate: ReadonlySet<UnitTypeName> = new Set(['mount', 'automount', 'swap', 'slice', 'scope', 'device']);

function settleUnit(draft: UnitDraft): void {
  if (draft.isSet('unit', 'JobTimeoutSec') && !draft.isSet('unit', 'JobRunningTimeoutSec')) {
    draft.set('unit', 'JobRunningTimeoutSec', draft.value('unit', 'JobTimeoutSec'));
  }
  if (draft.type === 'device') settleDevice(draft);
  if (stayOnIsolate.has(draft.type) && !draft.isSet('unit', 'IgnoreOnIsolate')) draft.set('unit', 'IgnoreOnIsolate', true);
}

function settleDevice(draft: UnitDraft): void {
  if (draft.value('unit', 'Description') === '') draft.set('unit', 'Description', pathOfUnit(draft.name) ?? draft.name);
}

function settleExec(draft: UnitDraft): void {
  const data = draft.value('exec', 'StandardInputData');
  if (data instanceof Uint8Array && data.length > 0 && !draft.isSet('exec', 'StandardInput'))
    draft.set('exec', 'StandardInput', { kind: 'data' });
  // The journal's socket is on it.
  if (draft.name === '-.mount' && !draft.isSet('exec', 'StandardOutput')) draft.set('exec', 'StandardOutput', { kind: 'null' });
}
