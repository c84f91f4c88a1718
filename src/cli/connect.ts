import type { Client } from '../api/client.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { ManagerPlace } from './invocation.ts';

/** A connection that is made when it is first asked for, and again when it was lost. */
export function connectOnce(
  options: ManagerPlace,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly connect: () => Promise<Result<Client, string>>; readonly close: () => void } {
  let current: Promise<Result<Client, string>> | undefined;
  let again = false;
  const dial = async (): Promise<Result<Client, string>> => {
    const uid = process.getuid?.();
    if (uid === undefined) return err('This system has no user ids.');
    const { connectToManager } = await import('./place.ts');
    return connectToManager({ ...options, uid, environment, again });
  };
  const connect = async (): Promise<Result<Client, string>> => {
    const isFirst = !again;
    const client = await dial();
    if (!client.ok) return client;
    again = true;
    void client.value.closed.then(() => (current = undefined));
    const answers = isFirst ? environment['TYSD_ANSWERS'] : undefined;
    return answers === undefined ? client : ok((await import('./asked.ts')).alreadyAsked(client.value, answers));
  };
  return {
    connect: () => (current ??= connect()),
    close: () => void current?.then((client) => client.ok && client.value.close()),
  };
}
