import type { UnitDraft } from './draft.ts';
import type { ServiceSettings } from './settings/service.ts';

/** Settles what a service leaves open, and refuses what cannot work (systemd.service(5)); run when all its files are read. */
export function verifyService(draft: UnitDraft, warn: Warn): void {
  settleType(draft);
  settleNotifyAccess(draft);
  settleRestartDelay(draft, warn);
  const refusal = refusals.find(([isWrong]) => isWrong(draft));
  if (refusal !== undefined) draft.refuse(refusal[1], refusal[2]);
  for (const [isOdd, message, property] of oddities) if (isOdd(draft)) warn(message, property);
}

function settleType(draft: UnitDraft): void {
  if (draft.isSet('service', 'Type')) return;
  const { BusName, ExecStart } = draft.settings('service');
  const type: ServiceSettings['Type'] = BusName !== '' ? 'dbus' : ExecStart.length > 0 ? 'simple' : 'oneshot';
  if (type !== 'simple') draft.set('service', 'Type', type);
}

function settleNotifyAccess(draft: UnitDraft): void {
  const { NotifyAccess, Type, WatchdogSec, FileDescriptorStoreMax } = draft.settings('service');
  const needed = Type === 'notify' || Type === 'notify-reload' || isWatched(WatchdogSec) || FileDescriptorStoreMax > 0;
  if (NotifyAccess === 'none' && needed) draft.set('service', 'NotifyAccess', 'main');
}

function settleRestartDelay(draft: UnitDraft, warn: Warn): void {
  const { RestartSec, RestartMaxDelaySec } = draft.settings('service');
  if (RestartSec === undefined || RestartMaxDelaySec >= RestartSec) return;
  warn('RestartMaxDelaySec= is less than RestartSec=, which is lowered to it', 'RestartMaxDelaySec');
  draft.set('service', 'RestartSec', RestartMaxDelaySec);
}

function isWatched(usec: number): boolean {
  return usec > 0 && usec !== Number.POSITIVE_INFINITY;
}

/** Says what is odd, and the setting of which line that is; undefined for what is not there at all. */
export type Warn = (message: string, property?: string) => void;

type Rule = readonly [isWrong: (draft: UnitDraft) => boolean, reason: string, property?: string];

const refusals: readonly Rule[] = [
  [
    (draft) => {
      const { ExecStart, ExecStop } = draft.settings('service');
      return ExecStart.length === 0 && ExecStop.length === 0 && draft.settings('unit').SuccessAction === 'none';
    },
    'the service has neither ExecStart= nor ExecStop= nor SuccessAction=',
  ],
  [
    (draft) => draft.settings('service').Type !== 'oneshot' && draft.settings('service').ExecStart.length === 0,
    'only a service of Type=oneshot may have no ExecStart=',
    'Type',
  ],
  [
    (draft) => {
      const { ExecStart, RemainAfterExit } = draft.settings('service');
      return ExecStart.length === 0 && !RemainAfterExit && draft.settings('unit').SuccessAction === 'none';
    },
    'a service without ExecStart= must have RemainAfterExit=yes or SuccessAction=',
  ],
  [
    (draft) => draft.settings('service').Type !== 'oneshot' && draft.settings('service').ExecStart.length > 1,
    'only a service of Type=oneshot may have more than one ExecStart=',
    'ExecStart',
  ],
  [
    (draft) => draft.settings('service').Type === 'oneshot' && ['always', 'on-success'].includes(draft.settings('service').Restart),
    'a service of Type=oneshot cannot have Restart=always or Restart=on-success',
    'Restart',
  ],
  [
    (draft) => draft.settings('service').Type === 'oneshot' && draft.settings('service').ExitType === 'cgroup',
    'a service of Type=oneshot cannot have ExitType=cgroup',
    'ExitType',
  ],
  [
    (draft) => draft.settings('service').Type === 'dbus' && draft.settings('service').BusName === '',
    'a service of Type=dbus needs BusName=',
    'Type',
  ],
  [
    (draft) => draft.settings('service').Type === 'forking' && draft.settings('exec').PrivatePIDs,
    'a service of Type=forking cannot have PrivatePIDs=yes',
    'PrivatePIDs',
  ],
];

const oddities: readonly Rule[] = [
  [
    (draft) => draft.settings('service').Type === 'oneshot' && isWatched(draft.settings('service').RuntimeMaxSec),
    'RuntimeMaxSec= has no effect with Type=oneshot; TimeoutStartSec= limits its run',
    'RuntimeMaxSec',
  ],
  [
    (draft) => draft.settings('service').RuntimeRandomizedExtraSec > 0 && !isWatched(draft.settings('service').RuntimeMaxSec),
    'RuntimeRandomizedExtraSec= has no effect without RuntimeMaxSec=',
    'RuntimeRandomizedExtraSec',
  ],
  [
    (draft) => draft.settings('service').RestartSteps > 0 && draft.settings('service').RestartMaxDelaySec === Number.POSITIVE_INFINITY,
    'RestartSteps= has no effect without RestartMaxDelaySec=',
    'RestartSteps',
  ],
  [
    (draft) => draft.settings('service').RestartSteps === 0 && draft.settings('service').RestartMaxDelaySec !== Number.POSITIVE_INFINITY,
    'RestartMaxDelaySec= has no effect without RestartSteps=',
    'RestartMaxDelaySec',
  ],
];
