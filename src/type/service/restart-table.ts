import type { ServiceSettings } from '../../unit/settings/service.ts';
import { matchesStatus } from './clean-exit.ts';
import type { Memory, ServiceResult } from './state.ts';

/** Whether Restart= starts a service again that ended with this result (systemd.service(5), the table under Restart=). */
export const restarts: Readonly<Record<ServiceSettings['Restart'], Readonly<Record<ServiceResult, boolean>>>> = {
  no: row(),
  always: row('success', 'exit-code', 'signal', 'core-dump', 'timeout', 'watchdog', 'oom-kill', 'protocol', 'resources'),
  'on-success': row('success'),
  'on-failure': row('exit-code', 'signal', 'core-dump', 'timeout', 'watchdog', 'oom-kill', 'protocol', 'resources'),
  'on-abnormal': row('signal', 'core-dump', 'timeout', 'watchdog', 'oom-kill', 'protocol', 'resources'),
  'on-abort': row('signal', 'core-dump'),
  'on-watchdog': row('watchdog'),
};

/** Whether the service, having ended, is to be started again. */
export function shallRestart(memory: Memory, service: ServiceSettings): boolean {
  if (memory.forbidRestart || memory.result === 'start-limit-hit') return false;
  const exit = memory.mainRecord?.exit ?? null;
  if (exit !== null && matchesStatus(service.RestartPreventExitStatus, exit)) return false;
  if (exit !== null && matchesStatus(service.RestartForceExitStatus, exit)) {
    return service.Type !== 'oneshot' || memory.result !== 'success';
  }
  return restarts[service.Restart][memory.result];
}

/**
 * How long the restart after `memory.restarts` others waits, in microseconds (RestartSec=, RestartSteps=, RestartMaxDelaySec=). Where not even
 * a process could be made, trying again at once would only keep the machine busy: systemd does that, as fast as its loop goes.
 */
export function restartDelay(memory: Memory, service: ServiceSettings, defaultUsec: number): number {
  const delay = wantedDelay(memory, service, defaultUsec);
  return memory.result === 'resources' ? Math.max(delay, leastUsec) : delay;
}

const leastUsec = 100_000;

function wantedDelay(memory: Memory, service: ServiceSettings, defaultUsec: number): number {
  const first = service.RestartSec ?? defaultUsec;
  const longest = service.RestartMaxDelaySec;
  const steps = service.RestartSteps;
  if (memory.restarts === 0 || steps === 0 || first === 0 || longest === Infinity || first >= longest) return first;
  if (memory.restarts >= steps) return longest;
  return Math.floor(first * (longest / first) ** (memory.restarts / steps));
}

function row(...yes: readonly ServiceResult[]): Readonly<Record<ServiceResult, boolean>> {
  const has = (result: ServiceResult): boolean => yes.includes(result);
  return {
    success: has('success'),
    resources: has('resources'),
    protocol: has('protocol'),
    timeout: has('timeout'),
    'exit-code': has('exit-code'),
    signal: has('signal'),
    'core-dump': has('core-dump'),
    watchdog: has('watchdog'),
    'start-limit-hit': has('start-limit-hit'),
    'oom-kill': has('oom-kill'),
    'exec-condition': has('exec-condition'),
  };
}
