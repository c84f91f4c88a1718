import { dirname } from 'node:path';
import { unreachable } from '../base/assert.ts';
import { createTimeText } from '../base/timestamp.ts';
import { journalPath } from '../journal/database.ts';
import { type ConsoleFormat, consoleLines, createForward, exportedRows, kernelLine, textLines, writerTo } from '../journal/forward.ts';
import { syslogMessages } from '../journal/forward-syslog.ts';
import { readHost } from '../journal/machine.ts';
import type { ForwardRule, Policy } from '../journal/policy.ts';
import { defaultLimits, type Limits, roomOf } from '../journal/retention.ts';
import { terminalsInUse, wallMessages, writeToTerminal } from '../journal/wall.ts';
import { realFiles } from '../port/files-real.ts';
import type { Datagram } from '../port/relay.ts';
import { createStreamClient, type StreamAddress, type StreamClient } from '../port/stream-client.ts';
import { configRoots, readJournalConfig } from '../unit/journal-config.ts';
import type { JournalSettings } from '../unit/settings/journal.ts';
import type { LogLevel } from '../unit/values/syslog.ts';
import type { SocketAddress } from '../unit/values/types.ts';
import { writeToConsole } from './console-log.ts';
import { gatherFacts } from './facts.ts';

/** What journald.conf(5) comes to. */
export interface JournalPlan {
  /** The directory below which the journal lies. */
  readonly directory: string;
  readonly limits: Limits;
  readonly policy: Policy;
  readonly readsKernel: boolean;
  /** Where entries are sent as well; to be closed in the end. */
  readonly socket: StreamClient | undefined;
  /** What was wrong in the files, for people. */
  readonly remarks: readonly string[];
}

/** How entries go to a console, as the command line of tysd says. */
export interface ConsoleWish {
  /** All of them go to where tysd's own messages go. */
  readonly all: boolean;
  readonly format: ConsoleFormat;
}

type ForwardRules = Parameters<typeof createForward>[0];
type Send = ((datagram: Datagram) => void) | undefined;

/** How the journal reaches others. */
export interface Ways {
  /** Sends a datagram to a socket of the machine; undefined where nobody can. */
  readonly send: Send;
  /** Tells people what is wrong. */
  readonly warn: (text: string) => void;
}

/** Reads how the journal of the system is to be kept, or (for a user) takes what is usual. `socket` is in the runtime directory. */
export function planJournal(scope: 'system' | 'user', stateDirectory: string, socket: string, wish: ConsoleWish, ways: Ways): JournalPlan {
  // journald.conf is about the machine's journal.
  const roots = scope === 'system' ? configRoots : [];
  const { journal, assigned, diagnostics } = readJournalConfig(realFiles, roots, gatherFacts(scope, process.env));
  const isVolatile = journal.Storage === 'volatile' || journal.Storage === 'none';
  const directory = isVolatile ? dirname(socket) : stateDirectory;
  const usual = defaultLimits(directory);
  const address = journal.ForwardToSocket === undefined ? undefined : streamAddress(journal.ForwardToSocket);
  const client = address === undefined ? undefined : createStreamClient(address, ways.warn);
  const unsent = journal.ForwardToSocket !== undefined && address === undefined ? [noVsock] : [];
  const limits: Limits = {
    maximumBytes: (isVolatile ? journal.RuntimeMaxUse : journal.SystemMaxUse) ?? usual.maximumBytes,
    keepFreeBytes: (isVolatile ? journal.RuntimeKeepFree : journal.SystemKeepFree) ?? usual.keepFreeBytes,
    maximumAgeUsec: journal.MaxRetentionSec,
  };
  return {
    directory,
    limits,
    policy: {
      maximumStored: journal.Storage === 'none' ? -1 : numbers[journal.MaxLevelStore],
      rate: {
        usual: { intervalUsec: journal.RateLimitIntervalSec, burst: journal.RateLimitBurst },
        forAll: ['RateLimitIntervalSec', 'RateLimitInterval', 'RateLimitBurst'].some((key) => assigned.has(key)),
        freeBytes: journal.Storage === 'none' ? () => 0 : roomOf(journalPath(directory), limits),
      },
      lineMax: Math.max(smallestLineMax, journal.LineMax),
      forward: createForward({
        ...forwardRules(journal, scope, wish, ways.send),
        ...(client !== undefined && { socket: socketRule(journal, client) }),
      }),
    },
    readsKernel: journal.ReadKMsg && scope === 'system' && process.ppid === 1,
    socket: client,
    remarks: [...diagnostics.map(({ path, line, message }) => `${path}:${line}: ${message}`), ...unsent],
  };
}

function forwardRules(journal: JournalSettings, scope: 'system' | 'user', wish: ConsoleWish, send: Send): ForwardRules {
  const toConsole = textLines(consoleLines[wish.format], wish.all ? writeToConsole() : writerTo(journal.TTYPath));
  return {
    console: { ours: wish.all, always: wish.all || journal.ForwardToConsole, maximum: numbers[journal.MaxLevelConsole], pass: toConsole },
    kmsg: { always: journal.ForwardToKMsg, maximum: numbers[journal.MaxLevelKMsg], pass: textLines(kernelLine, writerTo('/dev/kmsg')) },
    ...(scope === 'system' && send !== undefined && { syslog: syslogRule(journal, send) }),
    ...(scope === 'system' && { wall: wallRule(journal) }),
  };
}

function socketRule(journal: JournalSettings, { send }: StreamClient): ForwardRule {
  return { always: true, whole: true, maximum: numbers[journal.MaxLevelSocket], pass: exportedRows(send) };
}

/** Undefined for what JavaScript has no sockets of. */
function streamAddress(address: SocketAddress): StreamAddress | undefined {
  switch (address.family) {
    case 'unix':
      return { path: address.abstract ? `\0${address.path}` : address.path };
    case 'inet':
      return { host: address.address, port: address.port };
    case 'inet6':
      return { host: address.scope === undefined ? address.address : `${address.address}%${address.scope}`, port: address.port };
    case 'any':
      return { host: '::', port: address.port };
    case 'vsock':
      return undefined;
    default:
      return unreachable(address);
  }
}

const noVsock = 'ForwardToSocket=: nothing is sent, as the journal of tysd has no client for vsock';

function syslogRule(journal: JournalSettings, send: NonNullable<Send>): ForwardRule {
  const address = { path: '/run/systemd/journal/syslog', waits: false };
  return {
    always: journal.ForwardToSyslog,
    maximum: numbers[journal.MaxLevelSyslog],
    pass: syslogMessages(createTimeText(false), (datagram) => send({ ...datagram, ...address })),
  };
}

function wallRule(journal: JournalSettings): ForwardRule {
  return {
    always: journal.ForwardToWall,
    maximum: numbers[journal.MaxLevelWall],
    pass: wallMessages({
      hostname: readHost().hostname,
      time: createTimeText(false),
      nowUsec: () => Date.now() * 1000,
      terminals: terminalsInUse,
      write: writeToTerminal,
    }),
  };
}

/** Of journald, too. */
const smallestLineMax = 79;

const numbers: Readonly<Record<LogLevel, number>> = { emerg: 0, alert: 1, crit: 2, err: 3, warning: 4, notice: 5, info: 6, debug: 7 };
