import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connectClient, type Client } from '../api/client.ts';
import { err, ok, type Result } from '../base/result.ts';
import { candidates, machineDirectory, type PlaceRequest } from './candidates.ts';

/** How long a manager may take for its first answer; as long as the front waits (front/front.c). */
const silenceMs = 15_000;
/** What is said of one that takes longer. */
const silence = `The manager did not answer within ${silenceMs / 1000} s.`;

/** How long a manager that is being replaced is waited for. */
const retryMs = 5000;

/** Connects to the first manager that answers; the error is a sentence that says what was tried. */
export async function connectToManager(request: PlaceRequest): Promise<Result<Client, string>> {
  const places = candidates(request);
  const problems: string[] = [];
  for (const { directory, suspicious } of places) {
    const path = join(directory, 'control.sock');
    if (suspicious && !isOursAlone(directory, request.uid)) {
      problems.push(`${path}: ${reasons['ENOENT']}`);
      continue;
    }
    const client = await connectClient(path, { retryMs, again: request.again ?? false });
    if (client.ok) {
      guardSilence(client.value);
      return ok(client.value);
    }
    problems.push(`${path}: ${reasons[client.error.code] ?? client.error.code}`);
  }
  const start = request.uid === 0 && request.scope !== 'user' ? 'tysd --system, or tysd --user' : 'tysd --user';
  return err(`Failed to connect to tysd: ${problems.join('; ')}. Is it running? Try: ${start}`);
}

/** The keeper holds the socket, so a connection is made even where no manager answers for long. */
function guardSilence(client: Client): void {
  const timer = setTimeout(() => client.close(silence), silenceMs);
  void client.call('changes.unsubscribe', {}).then(() => clearTimeout(timer));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such socket',
  ECONNREFUSED: 'nobody answers',
  EAGAIN: 'it is too busy',
  EACCES: 'permission denied',
  ENOTSOCK: 'not a socket',
  ENAMETOOLONG: 'the path is too long for a socket',
};

function isOursAlone(directory: string, uid: number): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  return found !== undefined && found.isDirectory() && found.uid === uid && (found.mode & 0o022) === 0;
}

/**
 * The socket to which programs bring their output, of the first of these places that has one. What the machine's manager has handed over to another
 * journal goes there; and who has no manager is a guest of the machine's journal, whose ever it is.
 */
export function findStreamSocket(request: PlaceRequest): string | undefined {
  const places = candidates(request);
  const own = places
    .filter(({ directory, suspicious }) => !suspicious || isOursAlone(directory, request.uid))
    .map(({ directory }) => join(directory, 'stdout'))
    .find((path) => lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true);
  const isHandedOver = lstatSync(machineStream, { throwIfNoEntry: false })?.isSocket() === true;
  if (own === join(machineDirectory, 'stdout') && isHandedOver) return machineStream;
  const mayBeGuest = request.scope !== 'user' && places.some(({ suspicious }) => suspicious);
  return own ?? (mayBeGuest && statSync(machineStream, { throwIfNoEntry: false })?.isSocket() === true ? machineStream : undefined);
}

/** Where sd_journal_stream_fd(3) looks: a socket of another journal, or a link to ours. */
const machineStream = '/run/systemd/journal/stdout';
