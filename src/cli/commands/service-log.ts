import { logLevels } from '../../api/words.ts';
import type { BusProperties } from '../../base/bus-properties.ts';
import type { Invocation } from '../invocation.ts';
import { readPlainName } from '../names.ts';

/** `service-log-level UNIT [LEVEL]` and `service-log-target UNIT [TARGET]`: of a service on the message bus that has org.freedesktop.LogControl1(5). */
export async function runServiceLog(invocation: Invocation): Promise<number> {
  const { verb, words, terminal, services, options } = invocation;
  const [word = '', value] = words;
  const kind = kinds[verb];
  if (kind === undefined) throw new Error(`${verb} asks no service for its log`);
  const service = await busNameOf(invocation, word);
  if (service === undefined) return 1;
  const { property, what } = kind;
  if (value !== undefined && what === 'level' && !logLevels.some((name, number) => name === value || String(number) === value)) {
    terminal.fail(`"${value}" is not a valid log level.`);
    return 1;
  }
  const bus = await services.messageBus(options.scope ?? 'system');
  if (!bus.ok) {
    terminal.fail(`Failed to connect to bus: ${bus.error}`);
    return 1;
  }
  const status = await ask(invocation, bus.value, { service, property, what, value });
  bus.value.close();
  return status;
}

const kinds: Readonly<Record<string, Pick<Question, 'property' | 'what'>>> = {
  'service-log-level': { property: 'LogLevel', what: 'level' },
  'service-log-target': { property: 'LogTarget', what: 'target' },
};

interface Question {
  readonly service: string;
  readonly property: string;
  readonly what: 'level' | 'target';
  readonly value: string | undefined;
}

async function ask({ terminal }: Invocation, bus: BusProperties, { service, property, what, value }: Question): Promise<number> {
  const object = { service, path: '/org/freedesktop/LogControl1', interface: 'org.freedesktop.LogControl1' };
  const answer = value === undefined ? await bus.get(object, property) : await bus.set(object, property, value);
  if (answer.ok) {
    if (answer.value !== undefined) terminal.print(answer.value);
    return 0;
  }
  const doing = value === undefined ? `get log ${what} of ${service}` : `set log ${what} of ${service} to ${value}`;
  terminal.fail(`Failed to ${doing}: ${answer.error.message}`);
  if (hasNoInterface.has(answer.error.error)) terminal.note(hint);
  return 1;
}

const hasNoInterface: ReadonlySet<string> = new Set(
  ['UnknownMethod', 'UnknownObject', 'UnknownInterface', 'UnknownProperty'].map((name) => `org.freedesktop.DBus.Error.${name}`),
);

const hint =
  'Hint: the service must declare BusName= and implement the appropriate D-Bus interface.\n' +
  '      See the org.freedesktop.LogControl1(5) man page for details.';

/** The name that the unit has on the bus; undefined, after a message, where it has none. */
async function busNameOf(invocation: Invocation, word: string): Promise<string | undefined> {
  const { terminal } = invocation;
  const unit = readPlainName(invocation, word, `to ${invocation.verb}`);
  if (unit === undefined) return undefined;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return undefined;
  }
  if (!unit.endsWith('.service')) {
    terminal.fail(`Failed to obtain BusName= property of ${unit}: Unknown interface org.freedesktop.systemd1.Service or property BusName.`);
    return undefined;
  }
  const told = await client.value.call('units.properties', { units: [unit], only: ['BusName'] });
  const name = told.ok ? told.value[0]?.['BusName'] : undefined;
  if (!told.ok) terminal.fail(`Failed to obtain BusName= property of ${unit}: ${told.error.message}`);
  else if (name === undefined || name === '') {
    terminal.fail(`Unit ${unit} doesn't declare BusName=.`);
    terminal.note(hint);
  }
  return name === '' ? undefined : name;
}
