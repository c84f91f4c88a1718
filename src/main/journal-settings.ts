import { dirname } from 'node:path';
import { type ConsoleFormat, consoleLines, createForward, kernelLine, writerTo } from '../journal/forward.ts';
import type { Policy } from '../journal/policy.ts';
import { defaultLimits, type Limits } from '../journal/retention.ts';
import { realFiles } from '../port/files-real.ts';
import { configRoots, readJournalConfig } from '../unit/journal-config.ts';
import type { LogLevel } from '../unit/values/syslog.ts';
import { writeToConsole } from './console-log.ts';
import { gatherFacts } from './facts.ts';

/** What journald.conf(5) comes to. */
export interface JournalPlan {
  /** The directory below which the journal lies. */
  readonly directory: string;
  readonly limits: Limits;
  readonly policy: Policy;
  readonly readsKernel: boolean;
  /** What was wrong in the files, for people. */
  readonly remarks: readonly string[];
}

/** How entries go to a console, as the command line of tysd says. */
export interface ConsoleWish {
  /** All of them go to where tysd's own messages go. */
  readonly all: boolean;
  readonly format: ConsoleFormat;
}

/** Reads how the journal of the system is to be kept, or (for a user) takes what is usual. `socket` is in the runtime directory. */
export function planJournal(scope: 'system' | 'user', stateDirectory: string, socket: string, wish: ConsoleWish): JournalPlan {
  // journald.conf is about the machine's journal.
  const roots = scope === 'system' ? configRoots : [];
  const { journal, assigned, diagnostics } = readJournalConfig(realFiles, roots, gatherFacts(scope, process.env));
  const isVolatile = journal.Storage === 'volatile' || journal.Storage === 'none';
  const directory = isVolatile ? dirname(socket) : stateDirectory;
  const usual = defaultLimits(directory);
  const limited = ['RateLimitIntervalSec', 'RateLimitInterval', 'RateLimitBurst'].some((key) => assigned.has(key));
  return {
    directory,
    limits: {
      maximumBytes: (isVolatile ? journal.RuntimeMaxUse : journal.SystemMaxUse) ?? usual.maximumBytes,
      keepFreeBytes: (isVolatile ? journal.RuntimeKeepFree : journal.SystemKeepFree) ?? usual.keepFreeBytes,
      maximumAgeUsec: journal.MaxRetentionSec,
    },
    policy: {
      maximumStored: journal.Storage === 'none' ? -1 : numbers[journal.MaxLevelStore],
      rate: limited ? `${journal.RateLimitIntervalSec} ${journal.RateLimitBurst}` : undefined,
      lineMax: Math.max(smallestLineMax, journal.LineMax),
      forward: createForward({
        console: {
          always: wish.all || journal.ForwardToConsole,
          maximum: numbers[journal.MaxLevelConsole],
          line: consoleLines[wish.format],
          write: wish.all ? writeToConsole() : writerTo(journal.TTYPath),
        },
        kmsg: { always: journal.ForwardToKMsg, maximum: numbers[journal.MaxLevelKMsg], line: kernelLine, write: writerTo('/dev/kmsg') },
      }),
    },
    readsKernel: journal.ReadKMsg && scope === 'system' && process.ppid === 1,
    remarks: diagnostics.map(({ path, line, message }) => `${path}:${line}: ${message}`),
  };
}

/** Of journald, too. */
const smallestLineMax = 79;

const numbers: Readonly<Record<LogLevel, number>> = { emerg: 0, alert: 1, crit: 2, err: 3, warning: 4, notice: 5, info: 6, debug: 7 };
