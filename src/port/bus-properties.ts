import type { BusObject, BusProperties, BusRefusal } from '../base/bus-properties.ts';
import { err, ok, type Result } from '../base/result.ts';

/** Connects to the bus at this address; an error is a sentence. */
export async function openBusProperties(address: string): Promise<Result<BusProperties, string>> {
  const { createClient } = await import('dbus-native');
  const client = createClient({ busAddress: address, authMethods: ['EXTERNAL'], fdTransport: false, maxMessageSize: longestMessage });
  const failed = new Promise<string>((resolve) => {
    client.connection.on('error', (error: unknown) => resolve(textOf(error)));
    client.connection.on('handlerError', (error: unknown) => resolve(textOf(error)));
    client.connection.on('close', () => resolve('the connection was closed'));
  });
  const broken = failed.then((message) => err({ error: 'org.freedesktop.DBus.Error.Disconnected', message }));
  const greeting = await Promise.race([failed, client.getId().then(() => undefined, textOf)]);
  if (greeting !== undefined) return err(greeting);

  const call = async (
    object: BusObject,
    member: string,
    signature: string,
    body: readonly unknown[],
  ): Promise<Result<unknown, BusRefusal>> => {
    const { service: destination, path } = object;
    const message = {
      destination,
      path,
      interface: 'org.freedesktop.DBus.Properties',
      member,
      signature,
      body: [object.interface, ...body],
    };
    const asked = client.invoke<unknown>(message, { timeout: longestMs }).then(
      (value: unknown) => ok(value),
      (error: unknown) => err(refusalOf(error)),
    );
    return Promise.race([asked, broken]);
  };
  return ok({
    get: async (object, name) => {
      const got = await call(object, 'Get', 'ss', [name]);
      if (!got.ok) return got;
      const text = textIn(got.value);
      return text === undefined ? err({ error: '', message: 'the answer is no text' }) : ok(text);
    },
    set: async (object, name, value) => {
      const set = await call(object, 'Set', 'ssv', [name, ['s', value]]);
      return set.ok ? ok(undefined) : set;
    },
    close: () => client.connection.end(),
  });
}

/** As long as clients of the bus usually wait for an answer. */
const longestMs = 25_000;
const longestMessage = 1024 * 1024;

/** A variant comes bare, or as its signature and what is in it. */
function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'value' in value) return textIn(value.value);
  return Array.isArray(value) ? textIn(value.at(-1)) : undefined;
}

function refusalOf(error: unknown): BusRefusal {
  const name = error instanceof Error && 'dbusName' in error && typeof error.dbusName === 'string' ? error.dbusName : '';
  return { error: name, message: textOf(error) };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
