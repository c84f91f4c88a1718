import type { Client } from '../../api/client.ts';
import { signalText } from '../../api/signals.ts';
import { formatTimespan } from '../../base/duration.ts';
import type { PseudoTerminal } from '../invocation.ts';
import type { Run } from './run.ts';

type Properties = Readonly<Record<string, string>>;

/** Waits until the service has ended, says how, and gives the exit status that systemd-run passes on. */
export async function awaitOutcome(run: Run, unit: string, client: Client, terminal: PseudoTerminal | undefined): Promise<number> {
  const end = endOf(run, unit, client);
  const outcome = await (terminal === undefined ? end : Promise.race([end, terminal.disconnected.then(() => 'disconnected' as const)]));
  await terminal?.close();
  if (outcome === undefined) return 1;
  if (outcome === 'disconnected') return 0;
  if (run.request.wait && !run.request.quiet) for (const line of summary(outcome)) run.invocation.terminal.tell(line);
  return exitStatus(outcome);
}

/** The properties of the unit when it is inactive or has failed for good; undefined where they cannot be known any more. */
async function endOf(run: Run, unit: string, first: Client): Promise<Properties | undefined> {
  for (let client = first; ;) {
    const changed = nextChanges(client);
    const subscribed = await client.call('changes.subscribe', { units: [unit] });
    for (let ok = subscribed.ok; ok;) {
      const state = await client.call('units.properties', { units: [unit] });
      if (!state.ok) break;
      const properties = state.value[0] ?? {};
      if (hasEnded(properties)) return properties;
      ok = await Promise.race([changed.next().then(() => true), client.closed.then(() => false)]);
    }
    // The manager was replaced: the next one keeps the unit for those who come back.
    const next = await run.invocation.connect();
    if (!next.ok) {
      run.invocation.terminal.fail(next.error);
      return undefined;
    }
    client = next.value;
    await client.call('unit.hold', { unit });
  }
}

/** The changes that come after the last one that was waited for, however many, count once. */
function nextChanges(client: Client): { readonly next: () => Promise<void> } {
  let came = false;
  let wake: (() => void) | undefined;
  client.receive(() => {
    came = true;
    wake?.();
  });
  return {
    next: async () => {
      if (!came) await new Promise<void>((resolve) => (wake = resolve));
      came = false;
    },
  };
}

function hasEnded({ ActiveState, Job = '' }: Properties): boolean {
  return (ActiveState === 'inactive' || ActiveState === 'failed') && (Job === '' || Job === '0');
}

const codes: Readonly<Record<string, string>> = { 1: 'exited', 2: 'killed', 3: 'dumped' };

function summary(unit: Properties): readonly string[] {
  const lines: string[] = [];
  const { Result: result = '', ExecMainCode: code = '0', ExecMainStatus: status = '' } = unit;
  if (result !== '') lines.push(`Finished with result: ${result}`);
  const how = codes[code];
  if (how !== undefined)
    lines.push(`Main processes terminated with: code=${how}/status=${how === 'exited' ? status : signalText(Number(status))}`);
  const [began, ended] = [Number(unit['InactiveExitTimestampMonotonic']), Number(unit['InactiveEnterTimestampMonotonic'])];
  if (began > 0 && ended > began) lines.push(`Service runtime: ${formatTimespan(ended - began, 1000)}`);
  const used = unit['CPUUsageNSec'];
  if (used !== undefined && /^\d+$/.test(used)) lines.push(`CPU time consumed: ${formatTimespan(Math.ceil(Number(used) / 1000), 1000)}`);
  return lines;
}

const EXIT_EXCEPTION = 255;

/** As the service judges its main process: a status that it calls a success is 0. */
function exitStatus({ Result: result, ExecMainStatus: status }: Properties): number {
  if (result === 'success') return 0;
  if (result === 'exit-code' && Number(status) > 0) return Number(status);
  return result === 'signal' ? EXIT_EXCEPTION : 1;
}
