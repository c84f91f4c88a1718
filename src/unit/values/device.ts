import { isNormalizedPath, simplifyPath } from '../../base/path.ts';
import { err, ok } from '../../base/result.ts';
import { shifted } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';
import { nextWord, unquoted } from './words.ts';

/** A device, and what a unit may do with it: read, write, make its node. */
export interface DeviceRule {
  readonly device: string;
  readonly access: string;
}

/** DeviceAllow=: a path below /dev, `char-GLOB` or `block-GLOB`, then any of `rwm` (all of them where none is given). */
export const deviceRule: ValueParser<DeviceRule> = (text, context) => {
  const word = nextWord(text, 0, unquoted, context);
  if (!word.ok) return word;
  const expansion = context.specifiers.expand(word.value?.text ?? '', 'full');
  if (!expansion.ok) return expansion;
  const device = simplifyPath(expansion.value);
  if (!isDevice(device)) return refuse('expected a device such as /dev/null, char-tty or block-loop');
  const next = word.value?.next ?? -1;
  const access = next < 0 ? 'rwm' : text.slice(next).trim();
  return /^[rwm]+$/.test(access)
    ? ok({ device, access: ['r', 'w', 'm'].filter((letter) => access.includes(letter)).join('') })
    : refuse('expected some of the letters r, w and m behind the device', next);
};

/** `PATH VALUE`, the value through a parser (IODeviceWeight=, IOReadBandwidthMax=, IODeviceLatencyTargetSec=). */
export function perDevice<T>(value: ValueParser<T>): ValueParser<{ readonly device: string; readonly value: T }> {
  return (text, context) => {
    const word = nextWord(text, 0, unquoted, context);
    if (!word.ok) return word;
    const { text: first = '', next = -1 } = word.value ?? {};
    if (next < 0) return refuse('expected the path of a device or file system, a blank and a value');
    const expansion = context.specifiers.expand(first, 'full');
    if (!expansion.ok) return expansion;
    const device = simplifyPath(expansion.value);
    if (!device.startsWith('/') || !isNormalizedPath(device)) return refuse('expected an absolute path before the value');
    const parsed = value(text.slice(next).trimEnd(), context);
    return parsed.ok ? ok({ device, value: parsed.value }) : err(shifted(parsed.error, next));
  };
}

function isDevice(text: string): boolean {
  return (
    /^(?:char|block)-./.test(text) ||
    ((text.startsWith('/dev/') || text.startsWith('/run/systemd/inaccessible/')) && isNormalizedPath(text))
  );
}
