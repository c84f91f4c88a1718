import { readFileSync } from 'node:fs';
import { sliceOfCgroup } from '../../api/slice.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { PseudoTerminal } from '../invocation.ts';
import { awaitOutcome } from './outcome.ts';
import { serviceProperties } from './properties.ts';
import { fail, findExecutable, nameOf, type Run, showProgress, start } from './run.ts';

/** Runs the command as a service of the manager; with --wait, --pipe or --pty until it has ended. */
export async function runService(run: Run): Promise<number> {
  const { request, launcher } = run;
  const executable = executableOf(run);
  if (!executable.ok) return fail(run, executable.error);
  const unit = nameOf(run, 'service');
  if (unit === undefined) return fail(run, 'Failed to mangle unit name: Invalid argument');
  const terminal = request.streams === 'terminal' ? await launcher.openTerminal() : undefined;
  if (request.streams === 'terminal' && terminal === undefined) return 1;
  try {
    return await startService(run, { unit, executable: executable.value, terminal });
  } finally {
    await terminal?.close();
  }
}

/** Path of the command's program; an error is a sentence. */
export function executableOf({ request, invocation }: Run): Result<string | undefined, string> {
  const [name] = request.command;
  if (name === undefined) return ok(undefined);
  const found = findExecutable(name, invocation.environment['PATH'], {
    elsewhere: request.properties.some((each) => hasOtherFiles.test(each)),
  });
  return found.ok ? found : err(`Failed to find executable ${name}: ${found.error}`);
}

/** What has the service see other files than this process does. */
const hasOtherFiles = /^(Root(Directory|Image|Ephemeral)|Bind|MountImages|Extension|TemporaryFileSystem)/;

/** The slice that this process runs in. */
export function ownSlice(): string {
  const lines = readCgroups().split('\n');
  const path =
    lines.find((line) => line.startsWith('0::') && line !== '0::/') ?? lines.find((line) => line.includes(':name=systemd:')) ?? '';
  const below = path.slice(path.indexOf(':/') + 1);
  // A manager that is not process 1 has a subtree of its own somewhere.
  const first = below.split('/').findIndex((part) => part.endsWith('.slice'));
  return first < 0 ? sliceOfCgroup('/') : sliceOfCgroup(below.split('/').slice(first).join('/'));
}

function readCgroups(): string {
  try {
    return readFileSync('/proc/self/cgroup', 'utf8');
  } catch {
    return '';
  }
}

interface Service {
  readonly unit: string;
  readonly executable: string | undefined;
  readonly terminal: PseudoTerminal | undefined;
}

async function startService(run: Run, { unit, executable, terminal }: Service): Promise<number> {
  const { request, invocation } = run;
  const shown = terminal === undefined ? undefined : { path: terminal.path, type: invocation.environment['TERM'] };
  const properties = serviceProperties(request, { executable, slice: ownSlice(), terminal: shown });
  if (!properties.ok) return fail(run, properties.error);
  const started = await start(run, {
    kind: 'service',
    unit,
    properties: properties.value,
    ...(request.streams === 'pipe' ? { passStreams: () => passStreams(run) } : {}),
  });
  if (!started.ok) return started.error;
  if (!request.quiet) {
    invocation.terminal.tell(`Running as unit: ${unit}`);
    if (terminal !== undefined) invocation.terminal.tell('Press ^] three times within 1s to disconnect TTY.');
  }
  terminal?.begin();
  if (!request.wait && request.streams === 'none') return 0;
  // A terminal that the service has is its own.
  const endProgress = request.streams === 'none' ? showProgress(run, unit, { untilEnd: true }) : () => undefined;
  const status = await awaitOutcome(run, unit, started.value, terminal);
  endProgress();
  return status;
}

/** Gives the token under which the manager has the streams; an error is an exit status, after the message. */
async function passStreams(run: Run): Promise<Result<string, number>> {
  const connected = await run.invocation.connect();
  if (!connected.ok) return err(fail(run, connected.error));
  const expected = await connected.value.call('descriptors.expect', {});
  if (!expected.ok && expected.error.code === 'connection-lost') return passStreams(run);
  if (!expected.ok) return err(fail(run, `Failed to pass file descriptors: ${expected.error.message}`));
  const { socket, token } = expected.value;
  return run.launcher.passStreams(socket, token) ? ok(token) : err(1);
}
