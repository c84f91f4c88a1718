import type { Message, MessageBus } from 'dbus-native';
import type { Bus, BusConnection, BusObserver, BusOwner } from './bus.ts';

/** The message buses of this machine. */
export const realBus: Bus = {
  connect: (address, observer, { activates }) => new RealConnection(address, observer, activates),
};

const busName = 'org.freedesktop.DBus';
const busPath = '/org/freedesktop/DBus';

/** Where the bus sends its wishes for units, whoever the manager is. */
const managerName = 'org.freedesktop.systemd1';
const activator = 'org.freedesktop.systemd1.Activator';

class RealConnection implements BusConnection {
  readonly #observer: BusObserver;
  readonly #names = new Set<string>();
  /** Everything goes one after the other, so that what is told keeps the order in which it happened. */
  #order: Promise<void>;
  #client: MessageBus | undefined;
  #isOver = false;

  constructor(address: string, observer: BusObserver, activates: boolean) {
    this.#observer = observer;
    this.#order = this.#open(address, activates).catch((error: unknown) => this.#end(error));
  }

  watch(name: string): void {
    this.#names.add(name);
    this.#then(async (client) => {
      await client.addMatch(changesOf(name));
      await this.#tell(client, name, await ownerOf(client, name));
    });
  }

  unwatch(name: string): void {
    this.#names.delete(name);
    this.#then(async (client) => {
      if (!this.#names.has(name)) await client.removeMatch(changesOf(name));
    });
  }

  refuse(unit: string, error: string, message: string): void {
    this.#then((client) => {
      client.connection.message({
        type: SIGNAL,
        destination: busName,
        path: busPath,
        interface: activator,
        member: 'ActivationFailure',
        signature: 'sss',
        body: [unit, error, message],
        serial: client.serial++,
      });
      return Promise.resolve();
    });
  }

  close(): void {
    this.#isOver = true;
    this.#client?.connection.end();
  }

  async #open(address: string, activates: boolean): Promise<void> {
    // Loaded only by those who have a unit that needs it.
    const { createClient } = await import('dbus-native');
    if (this.#isOver) return;
    const client = createClient({ busAddress: address, authMethods: ['EXTERNAL'], fdTransport: false, maxMessageSize: longestMessage });
    this.#client = client;
    client.connection.on('error', (error) => this.#end(error));
    client.connection.on('handlerError', (error) => this.#end(error));
    client.connection.on('close', () => this.#end('the connection was closed'));
    client.connection.on('message', (message) => this.#take(message));
    await client.getId();
    if (activates) await becomeActivator(client);
  }

  #take(message: Message): void {
    if (message.sender !== busName) return;
    const [first, , third] = message.body ?? [];
    if (typeof first !== 'string') return;
    if (message.interface === activator && message.member === 'ActivationRequest') this.#want(first);
    if (message.interface !== busName || message.member !== 'NameOwnerChanged' || typeof third !== 'string') return;
    this.#then((client) => this.#tell(client, first, third));
  }

  #want(unit: string): void {
    this.#then(() => {
      if (!this.#isOver) this.#observer.wanted(unit);
      return Promise.resolve();
    });
  }

  async #tell(client: MessageBus, name: string, unique: string): Promise<void> {
    const owner = unique === '' ? undefined : await withProcess(client, unique);
    if (!this.#isOver && this.#names.has(name)) this.#observer.owned(name, owner);
  }

  #then(step: (client: MessageBus) => Promise<void>): void {
    this.#order = this.#order
      .then(() => (this.#client === undefined || this.#isOver ? undefined : step(this.#client)))
      .catch((error: unknown) => this.#end(error));
  }

  #end(reason: unknown): void {
    if (this.#isOver) return;
    this.close();
    this.#observer.closed(reason instanceof Error ? reason.message : String(reason));
  }
}

/** What the bus itself tells us is short; what strangers send us need not be read. */
const longestMessage = 1024 * 1024;

function changesOf(name: string): string {
  return `type='signal',sender='${busName}',path='${busPath}',interface='${busName}',member='NameOwnerChanged',arg0='${name}'`;
}

const SIGNAL = 4;

/** Where the bus does not allow it, or another has it, units are started without the bus's wishes. */
async function becomeActivator(client: MessageBus): Promise<void> {
  try {
    await client.requestName(managerName, doNotQueue);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

const doNotQueue = 4;

async function ownerOf(client: MessageBus, name: string): Promise<string> {
  try {
    return await client.getNameOwner(name);
  } catch (error) {
    if (isAnswer(error, `${busName}.Error.NameHasNoOwner`)) return '';
    throw error;
  }
}

/** The owner may have gone by the time that its process is asked for. */
async function withProcess(client: MessageBus, unique: string): Promise<BusOwner> {
  try {
    return { unique, pid: await client.getConnectionUnixProcessId(unique) };
  } catch (error) {
    if (isRefusal(error)) return { unique };
    throw error;
  }
}

/** The bus has answered, with an error. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'dbusName' in error && error.dbusName !== undefined;
}

function isAnswer(error: unknown, name: string): boolean {
  return error instanceof Error && 'dbusName' in error && error.dbusName === name;
}
