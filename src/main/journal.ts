import { parseArgs } from 'node:util';
import { journalPath } from '../journal/database.ts';
import { createHistoryFile, historyPath } from '../journal/history.ts';
import { createJournal } from '../journal/journal.ts';
import { machineClock, readCommandLine, readHost, readProcessFields } from '../journal/machine.ts';
import { connectJournal, type JournalLink } from '../port/journal-connection.ts';
import { realFiles } from '../port/files-real.ts';
import { createRelay, type Relay } from '../port/relay.ts';
import { nativeMessage } from '../journal/native-message.ts';
import { planJournal } from './journal-settings.ts';
import { findKeeper } from './keeper-path.ts';
import { readKernelLog } from './kernel-log.ts';
import { createRest } from './rest.ts';

/**
 * The journal process, which the keeper starts: `--state-directory=DIR` says where entries go, `$TYSD_JOURNAL` where the
 * keeper is, and journald.conf(5) how they are kept. After `--idle=USEC` without anything to do it ends, and the keeper starts it when there is something.
 */
export async function runJournal(argv: readonly string[], self: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      'state-directory': { type: 'string' },
      scope: { type: 'string' },
      'hand-over': { type: 'boolean', default: false },
      idle: { type: 'string', default: '0' },
      console: { type: 'boolean', default: false },
      'console-format': { type: 'string', default: 'lines' },
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
  const keeper = findKeeper(self);
  const relay = keeper === undefined ? undefined : createRelay(keeper, warn, () => clock.now().monotonicUsec);
  const plan = planJournal(
    values.scope === 'system' ? 'system' : 'user',
    stateDirectory,
    socket,
    { all: values.console, format: values['console-format'] === 'json' ? 'json' : 'lines' },
    { send: relay?.send, warn },
  );
  plan.remarks.forEach(warn);
  let link: JournalLink | undefined;
  let greeted = false;
  let readsKernel = plan.readsKernel;
  const idleUsec = Number(values.idle);
  using rest =
    idleUsec > 0
      ? createRest({
          clock,
          afterUsec: idleUsec,
          isSettled: () => greeted && journal.settled && relay?.isEmpty !== false && plan.socket?.isEmpty !== false,
          ask: (usec) =>
            link?.rest({ sequence: journal.committed, idleUsec: usec, nextKernel: readsKernel ? journal.kernelSequence + 1 : undefined }),
        })
      : undefined;
  const path = journalPath(plan.directory);
  const history = createHistoryFile(historyPath(plan.directory), warn);
  const journal = createJournal({
    path,
    limits: plan.limits,
    clock,
    surroundings: {
      host: readHost(),
      now: () => clock.now(),
      policy: plan.policy,
      processFields: readProcessFields,
      commandLine: readCommandLine,
      ...(values['hand-over'] && relay !== undefined && { handOver: toSystemJournal(relay) }),
      manager: readProcessFields(process.ppid, Infinity),
      history: (entries) => history.add(entries),
    },
    warn,
    acknowledge: (sequence) => link?.acknowledge(sequence),
  });
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  link = connectJournal(socket, {
    lastSequence: (instance) => {
      greeted = true;
      return journal.lastSequence(instance);
    },
    received: (frames) => {
      rest?.busy();
      journal.received(frames);
    },
    closed: resolve,
  });
  if (readsKernel)
    void readKernelLog('/dev/kmsg', (record) => {
      rest?.busy();
      journal.receivedKernel(record);
    }).then(() => (readsKernel = false));
  process.once('SIGTERM', () => resolve(undefined));
  // A terminal's Ctrl-C is for the keeper, which ends the journal last.
  process.on('SIGINT', () => undefined);
  const failure = await promise;
  journal.flush();
  link.close();
  if (failure !== undefined) warn(failure);
  journal[Symbol.dispose]();
  await Promise.all([relay?.close(), plan.socket?.close()]);
  // A read of the kernel's log never ends.
  process.exit(failure === undefined ? 0 : 1);
}

/** Passes the manager's records on where another journal than ours listens, in the name of the keeper, which is process 1 if we are the init. */
function toSystemJournal(relay: Relay): (fields: Readonly<Record<string, string>>) => boolean {
  const keeper = process.ppid;
  const sender = { pid: keeper, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return (fields) => {
    if (realFiles.stat(systemJournal).kind !== 'socket') return false;
    relay.send({ path: systemJournal, ...sender, waits: true, bytes: nativeMessage(fields, keeper === 1) });
    return true;
  };
}

/** Ours is a link at that place (tysd.ts). */
const systemJournal = '/run/systemd/journal/socket';

function warn(text: string): void {
  console.error(`tysd-journal: ${text}`);
}
