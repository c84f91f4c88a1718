import { parseArgs } from 'node:util';
import { journalPath } from '../journal/database.ts';
import { createHistoryFile, historyPath } from '../journal/history.ts';
import { createJournal } from '../journal/journal.ts';
import { machineClock, readCommandLine, readHost, readProcessFields } from '../journal/machine.ts';
import { defaultLimits, type Limits } from '../journal/retention.ts';
import { connectJournal, type JournalLink } from '../port/journal-connection.ts';

/**
 * The journal process, which the keeper starts: `--state-directory=DIR` says where entries go, `$TYSD_JOURNAL` where the
 * keeper is. `--max-use=`, `--keep-free=` (bytes) and `--max-age=` (seconds) bound what is kept.
 */
export async function runJournal(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      'state-directory': { type: 'string' },
      'max-use': { type: 'string' },
      'keep-free': { type: 'string' },
      'max-age': { type: 'string' },
    },
  });
  const socket = process.env['TYSD_JOURNAL'];
  const stateDirectory = values['state-directory'];
  if (socket === undefined || stateDirectory === undefined) {
    console.error('tysd-journal: started without $TYSD_JOURNAL or --state-directory=; only the keeper starts it.');
    process.exitCode = 1;
    return;
  }
  const clock = machineClock();
  let link: JournalLink | undefined;
  const path = journalPath(stateDirectory);
  const history = createHistoryFile(historyPath(stateDirectory), warn);
  using journal = createJournal({
    path,
    limits: limits(stateDirectory, {
      maximumBytes: values['max-use'],
      keepFreeBytes: values['keep-free'],
      maximumAgeSec: values['max-age'],
    }),
    clock,
    surroundings: {
      host: readHost(),
      now: () => clock.now(),
      processFields: readProcessFields,
      commandLine: readCommandLine,
      manager: readProcessFields(process.ppid, Infinity),
      history: (entries) => history.add(entries),
    },
    warn,
    acknowledge: (sequence) => link?.acknowledge(sequence),
  });
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  link = connectJournal(socket, {
    lastSequence: (instance) => journal.lastSequence(instance),
    received: (frames) => journal.received(frames),
    closed: resolve,
  });
  process.once('SIGTERM', () => resolve(undefined));
  // A terminal's Ctrl-C is for the keeper, which ends the journal last.
  process.on('SIGINT', () => undefined);
  const failure = await promise;
  journal.flush();
  link.close();
  if (failure === undefined) return;
  console.error(`tysd-journal: ${failure}`);
  process.exitCode = 1;
}

function warn(text: string): void {
  console.error(`tysd-journal: ${text}`);
}

function limits(
  directory: string,
  given: {
    readonly maximumBytes?: string | undefined;
    readonly keepFreeBytes?: string | undefined;
    readonly maximumAgeSec?: string | undefined;
  },
): Limits {
  const usual = defaultLimits(directory);
  return {
    maximumBytes: Number(given.maximumBytes ?? usual.maximumBytes),
    keepFreeBytes: Number(given.keepFreeBytes ?? usual.keepFreeBytes),
    maximumAgeUsec: Number(given.maximumAgeSec ?? 0) * 1_000_000,
  };
}
