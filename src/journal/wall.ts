import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import type { TimeText } from '../base/timestamp.ts';
import { said } from './forward.ts';
import type { ForwardRule } from './policy.ts';
import { isTerminal } from '../port/is-terminal.ts';

/** Where and how all who are logged in are told. */
export interface Wall {
  readonly hostname: string;
  readonly time: TimeText;
  readonly nowUsec: () => number;
  /** The names of their terminals below /dev. */
  readonly terminals: () => readonly string[];
  readonly write: (terminal: string, message: string) => void;
}

/** Entries as messages to all who are logged in, as wall(1) has them. */
export function wallMessages({ hostname, time, nowUsec, terminals, write }: Wall): ForwardRule['pass'] {
  return (row) => {
    const when = time.full(nowUsec());
    const message = `\r\nBroadcast message from systemd-journald@${hostname} (${when}):\r\n\r\n${said(row)}\r\n\r\n`;
    for (const terminal of terminals()) write(terminal, message);
  };
}

/** The terminals at which somebody is logged in, as the file of utmp(5) tells; none where there is no such file. */
export function terminalsInUse(path = '/run/utmp'): readonly string[] {
  try {
    return parseTerminals(readFileSync(path));
  } catch {
    return [];
  }
}

/** Reads the file of utmp(5). Names that lead elsewhere than below /dev are left out. */
export function parseTerminals(bytes: Buffer): readonly string[] {
  const terminals = new Set<string>();
  for (let at = 0; at + recordBytes <= bytes.length; at += recordBytes) {
    if (bytes.readInt16LE(at) !== userProcess || bytes[at + userOffset] === 0) continue;
    const name = text(bytes.subarray(at + lineOffset, at + lineOffset + nameBytes)).replace(/^\/dev\//, '');
    if (/^[\w-]+(?:\/[\w-]+)*$/.test(name)) terminals.add(name);
  }
  return [...terminals];
}

/** Writes what a terminal takes at once. */
export function writeToTerminal(name: string, message: string): void {
  let file: number | undefined;
  try {
    file = openSync(`/dev/${name}`, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    if (isTerminal(file)) writeSync(file, message);
  } catch {
    // It is gone, or nobody reads it.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
}

const userProcess = 7;
/** struct utmp of Linux; on machines without a 32 bit past its times are wider. */
const recordBytes = process.arch === 'arm64' ? 400 : 384;
const lineOffset = 8;
const nameBytes = 32;
const userOffset = 44;
