import { formatBytes } from '../base/bytes-text.ts';
import { formatTimespan, MINUTE, SECOND } from '../base/duration.ts';
import { messageIds } from '../graph/message-ids.ts';
import { endUsage, tellSlices } from './group-usage.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/**
 * Says what the run of a unit that has just ended used of the machine, as far as that was counted.
 *
 * Little use is a message for debugging, which nobody gets who has not asked for those; as with systemd 252, which
 * has these thresholds.
 */
export function sayUsed(world: World, unit: Unit, processUsec: number): void {
  const { cpuUsec, io, traffic } = endUsage(world, unit);
  const parts: string[] = [];
  const fields: Record<string, string> = {};
  let priority = DEBUG;
  const raise = (amount: number, { mentioned, noticed }: Threshold): void => {
    priority = Math.min(priority, amount > noticed ? NOTICE : amount > mentioned ? INFO : DEBUG);
  };
  const usec = Math.max(processUsec, cpuUsec ?? 0);
  if (usec > 0) {
    tellSlices(world, unit, usec);
    fields['CPU_USAGE_NSEC'] = String(BigInt(usec) * 1000n);
    parts.push(`consumed ${formatTimespan(usec, 1000)} CPU time`);
    raise(usec, processorTime);
  }
  if (io !== undefined) {
    Object.assign(fields, named(ioFields, io));
    const [read, written] = io;
    parts.push(
      ...(io.every((amount) => amount === 0)
        ? ['no IO']
        : [`read ${formatBytes(read)} from disk`, `written ${formatBytes(written)} to disk`]),
    );
    for (const amount of [read, written]) raise(amount, disk);
  }
  if (traffic !== undefined) {
    const [received, , sent] = traffic;
    Object.assign(fields, named(trafficFields, traffic));
    parts.push(
      ...(traffic.every((amount) => amount === 0)
        ? ['no IP traffic']
        : [`received ${formatBytes(received)} IP traffic`, `sent ${formatBytes(sent)} IP traffic`]),
    );
    for (const amount of [received, sent]) raise(amount, network);
  }
  if (parts.length === 0 || (priority === DEBUG && (world.logLevel ?? world.options.logLevel) !== 'debug')) return;
  const text = parts.join(', ');
  log(world, priority, `${unit.name}: ${text.charAt(0).toUpperCase()}${text.slice(1)}.`, unit, {
    ...fields,
    MESSAGE_ID: messageIds.unitResources,
  });
}

function named(names: readonly string[], amounts: readonly number[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, index) => [name, String(amounts[index] ?? 0)]));
}

const [NOTICE, INFO, DEBUG] = [5, 6, 7];

/** Beyond which amount a message is for everybody, and beyond which it is important. */
interface Threshold {
  readonly mentioned: number;
  readonly noticed: number;
}

const MEBIBYTE = 1024 * 1024;
const processorTime: Threshold = { mentioned: SECOND, noticed: 10 * MINUTE };
const disk: Threshold = { mentioned: MEBIBYTE, noticed: 10 * MEBIBYTE };
const network: Threshold = { mentioned: 0, noticed: 128 * MEBIBYTE };

const ioFields = ['IO_METRIC_READ_BYTES', 'IO_METRIC_WRITE_BYTES', 'IO_METRIC_READ_OPERATIONS', 'IO_METRIC_WRITE_OPERATIONS'];
const trafficFields = ['IP_METRIC_INGRESS_BYTES', 'IP_METRIC_INGRESS_PACKETS', 'IP_METRIC_EGRESS_BYTES', 'IP_METRIC_EGRESS_PACKETS'];
