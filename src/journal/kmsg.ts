import type { Field } from './record.ts';

/** A record of the kernel's log (Documentation/ABI/testing/dev-kmsg of the kernel). */
export interface KernelRecord {
  readonly priority: number;
  readonly facility: number;
  /** Counts up in the life of the kernel. */
  readonly sequence: number;
  /** Of the kernel's own clock. */
  readonly monotonicUsec: number;
  readonly identifier: string;
  readonly pid: string;
  readonly message: string;
  /** What is known of the device that it is about. */
  readonly extra: readonly Field[];
}

/** Reads a record as /dev/kmsg gives it; undefined for what is none. */
export function parseKernelRecord(bytes: Uint8Array): KernelRecord | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  const head = /^(\d+),(\d+),(\d+),[^;]*;([^\n]*)\n?/.exec(text);
  if (head === null) return undefined;
  const [whole, number = '', sequence = '', usec = '', said = ''] = head;
  const facility = Number(number) >> 3;
  const message = unescape(said);
  // What a program wrote there begins with its name, as in syslog(3).
  const tag = facility === 0 ? null : /^([^\s:[]+)(?:\[(\d+)\])?:\s?/.exec(message);
  return {
    priority: Number(number) & 7,
    facility,
    sequence: Number(sequence),
    monotonicUsec: Number(usec),
    identifier: facility === 0 ? 'kernel' : (tag?.[1] ?? ''),
    pid: tag?.[2] ?? '',
    message: tag === null ? message : message.slice(tag[0].length),
    extra: text
      .slice(whole.length)
      .split('\n')
      .flatMap((line): Field[] => {
        const [, name = '', value = ''] = /^ (SUBSYSTEM|DEVICE)=(.*)$/.exec(line) ?? [];
        return name === '' ? [] : [[`_KERNEL_${name}`, unescape(value)]];
      }),
  };
}

/** Bytes that the kernel does not show as they are stand there as `\x1b`. */
function unescape(text: string): string {
  if (!text.includes('\\x')) return text;
  const bytes = Buffer.from(text).toString('latin1');
  return Buffer.from(
    bytes.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
}
