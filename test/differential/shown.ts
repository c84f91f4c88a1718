import type { UnitConfig } from '../../src/unit/config.ts';
import type { Condition } from '../../src/unit/values/types.ts';
import { signalName } from '../../src/unit/values/signal.ts';
import { formatTimespan } from '../../src/base/duration.ts';

/** Properties of a unit in the words in which `systemd --test` dumps them; those that hold nothing are left out where it leaves them out. */
export function shown(config: UnitConfig): Readonly<Record<string, readonly string[]>> {
  const all: readonly (readonly [string, readonly string[]])[] = [
    ...ofUnit(config),
    ...ofService(config),
    ...ofExec(config),
    ...ofKill(config),
    ...ofSocket(config),
    ...ofTriggers(config),
  ];
  return Object.fromEntries(all.filter(([, lines]) => lines.length > 0));
}

type Lines = readonly (readonly [string, readonly string[]])[];

const MINUTE_AND_A_HALF = 90_000_000;
const TENTH = 100_000;

function ofUnit({ unit, name, mount }: UnitConfig): Lines {
  return [
    ['Description', [unit.Description === '' ? (mount?.Where ?? name) : unit.Description]],
    ['Documentation', unit.Documentation],
    ['StopWhenUnneeded', [yesNo(unit.StopWhenUnneeded)]],
    ['RefuseManualStart', [yesNo(unit.RefuseManualStart)]],
    ['RefuseManualStop', [yesNo(unit.RefuseManualStop)]],
    ['DefaultDependencies', [yesNo(unit.DefaultDependencies)]],
    ['OnSuccessJobMode', [unit.OnSuccessJobMode]],
    ['OnFailureJobMode', [unit.OnFailureJobMode]],
    ['IgnoreOnIsolate', [yesNo(unit.IgnoreOnIsolate)]],
    ['Garbage Collection Mode', [unit.CollectMode]],
    ...conditions('Condition', unit.Conditions),
    ...conditions('Assert', unit.Asserts),
  ];
}

function ofService({ service }: UnitConfig): Lines {
  if (service === undefined) return [];
  const stop = service.TimeoutStopSec ?? MINUTE_AND_A_HALF;
  const start = service.TimeoutStartSec ?? (service.Type === 'oneshot' ? Number.POSITIVE_INFINITY : MINUTE_AND_A_HALF);
  return [
    ['Type', [service.Type]],
    ['Restart', [service.Restart]],
    ['NotifyAccess', [service.NotifyAccess]],
    ['OOMPolicy', [service.OOMPolicy ?? 'stop']],
    ['PIDFile', line(service.PIDFile)],
    ['RestartSec', [span(service.RestartSec ?? TENTH)]],
    ['TimeoutStartSec', [span(start)]],
    ['TimeoutStopSec', [span(stop)]],
    ['TimeoutStartFailureMode', [service.TimeoutStartFailureMode]],
    ['TimeoutStopFailureMode', [service.TimeoutStopFailureMode]],
    ['RuntimeMaxSec', [span(service.RuntimeMaxSec)]],
    ['RemainAfterExit', [yesNo(service.RemainAfterExit)]],
    ['GuessMainPID', [yesNo(service.GuessMainPID)]],
    ['RootDirectoryStartOnly', [yesNo(service.RootDirectoryStartOnly)]],
    ['File Descriptor Store Max', service.FileDescriptorStoreMax > 0 ? [String(service.FileDescriptorStoreMax)] : []],
    ['BusName', line(service.BusName)],
  ];
}

function ofExec({ exec, type }: UnitConfig): Lines {
  if (exec === undefined || type === 'mount') return [];
  return [
    ['UMask', [octal(exec.UMask ?? 0o022)]],
    ['WorkingDirectory', [exec.WorkingDirectory?.path ?? '/']],
    ['RootDirectory', [exec.RootDirectory === '' ? '/' : exec.RootDirectory]],
    ['PrivateTmp', [yesNo(exec.PrivateTmp !== false)]],
    ['IgnoreSIGPIPE', [yesNo(exec.IgnoreSIGPIPE)]],
    ['Environment', exec.Environment],
    ['EnvironmentFile', exec.EnvironmentFile.map(({ path, optional }) => `${optional ? '-' : ''}${path}`)],
    ['PassEnvironment', exec.PassEnvironment],
    ['UnsetEnvironment', exec.UnsetEnvironment],
    ['RuntimeDirectory', exec.RuntimeDirectory.map(({ path }) => path).toSorted()],
    ['RuntimeDirectoryMode', [octal(exec.RuntimeDirectoryMode)]],
    ['RuntimeDirectoryPreserve', [exec.RuntimeDirectoryPreserve]],
    ['StateDirectory', exec.StateDirectory.map(({ path }) => path).toSorted()],
    ['Nice', exec.Nice === undefined ? [] : [String(exec.Nice)]],
    ['IOSchedulingClass', line(exec.IOSchedulingClass)],
    ['StandardInput', [exec.StandardInput.kind]],
    ['SyslogFacility', [exec.SyslogFacility]],
    ['SyslogLevel', [exec.SyslogLevel]],
    ['User', line(exec.User)],
    ['Group', line(exec.Group)],
    ['SupplementaryGroups', exec.SupplementaryGroups.length === 0 ? [] : [exec.SupplementaryGroups.join(' ')]],
    ...Object.entries(exec.Limits).flatMap(([name, { soft, hard }]): Lines => [
      [`Limit${name}`, [limit(hard)]],
      [`Limit${name}Soft`, [limit(soft)]],
    ]),
  ];
}

function ofKill({ kill }: UnitConfig): Lines {
  if (kill === undefined) return [];
  return [
    ['KillMode', [kill.KillMode]],
    ['KillSignal', [signal(kill.KillSignal)]],
    ['RestartKillSignal', [signal(kill.RestartKillSignal ?? kill.KillSignal)]],
    ['FinalKillSignal', [signal(kill.FinalKillSignal)]],
    ['SendSIGKILL', [yesNo(kill.SendSIGKILL)]],
    ['SendSIGHUP', [yesNo(kill.SendSIGHUP)]],
  ];
}

function ofSocket({ socket, name }: UnitConfig): Lines {
  if (socket === undefined) return [];
  return [
    ['BindIPv6Only', [socket.BindIPv6Only]],
    ['Backlog', [String(socket.Backlog)]],
    ['SocketMode', [octal(socket.SocketMode)]],
    ['DirectoryMode', [octal(socket.DirectoryMode)]],
    ['KeepAlive', [yesNo(socket.KeepAlive === true)]],
    ['NoDelay', [yesNo(socket.NoDelay === true)]],
    ['PassCredentials', [yesNo(socket.PassCredentials === true)]],
    ['RemoveOnStop', [yesNo(socket.RemoveOnStop)]],
    ['FileDescriptorName', [socket.FileDescriptorName === '' ? name : socket.FileDescriptorName]],
    ['FlushPending', [yesNo(socket.FlushPending)]],
    ['TriggerLimitIntervalSec', [span(socket.TriggerLimitIntervalSec ?? 2_000_000)]],
    ['TriggerLimitBurst', [String(socket.TriggerLimitBurst ?? (socket.Accept ? 200 : 20))]],
    ['TimeoutSec', [span(socket.TimeoutSec ?? MINUTE_AND_A_HALF)]],
    ['SocketUser', line(socket.SocketUser)],
    ['SocketGroup', line(socket.SocketGroup)],
    ['ListenFIFO', socket.Listen.flatMap((address) => (address.kind === 'fifo' ? [address.path] : []))],
  ];
}

function ofTriggers({ timer, path, name }: UnitConfig): Lines {
  const service = `${name.slice(0, name.lastIndexOf('.'))}.service`;
  if (timer !== undefined) {
    return [
      ['Unit', [timer.Unit === '' ? service : timer.Unit]],
      ['Persistent', [yesNo(timer.Persistent)]],
      ['Accuracy', [span(timer.AccuracySec ?? 60_000_000)]],
      ['OnBootSec', timer.Elapse.flatMap((elapse) => (elapse.base === 'OnBootSec' ? [span(elapse.usec)] : []))],
    ];
  }
  if (path === undefined) return [];
  return [
    ['Unit', [path.Unit === '' ? service : path.Unit]],
    ['MakeDirectory', [yesNo(path.MakeDirectory)]],
    ...(['PathExists', 'PathExistsGlob', 'PathChanged', 'PathModified', 'DirectoryNotEmpty'] as const).map((kind): Lines[number] => [
      kind,
      path.Watch.filter((watch) => watch.kind === kind).map((watch) => watch.path),
    ]),
  ];
}

function conditions(word: 'Condition' | 'Assert', list: readonly Condition[]): Lines {
  const kinds = [...new Set(list.map(({ kind }) => kind))];
  return kinds.map((kind) => [
    `${word}${kind}`,
    list
      .filter((one) => one.kind === kind)
      .map(({ trigger, negate, argument }) => `${trigger ? '|' : ''}${negate ? '!' : ''}${argument} untested`),
  ]);
}

function line(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : [text];
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function span(usec: number): string {
  return usec === 0 ? '0' : formatTimespan(usec);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function signal(number: number): string {
  return `SIG${signalName(number) ?? number}`;
}

function limit(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '18446744073709551615' : String(value);
}
