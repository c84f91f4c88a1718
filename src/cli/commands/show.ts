import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { inSystemdOrder } from '../output/property-order.ts';

type Properties = Readonly<Record<string, string>>;

/** `show`: properties of units, of jobs by number, or of the manager, as Name=value lines; unknown units are shown as not-found. */
export async function runShow(invocation: Invocation): Promise<number> {
  const { words, terminal } = invocation;
  const timestamps = invocation.options.timestamp;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  if (words.length === 0) {
    const manager = await client.value.call('manager.properties', { timestamps });
    if (!manager.ok) return fail(invocation, manager.error.message);
    print(invocation, [manager.value]);
    return 0;
  }
  const numbers = words.filter((word) => /^\d+$/.test(word));
  const names = await expandNames(
    invocation,
    client.value,
    words.filter((word) => !numbers.includes(word)),
  );
  if (names === undefined) return 1;
  const units = await client.value.call('units.properties', { units: [...names], timestamps });
  if (!units.ok) return fail(invocation, units.error.message);
  const bad = units.value.indexOf(null);
  if (bad !== -1) return fail(invocation, `Unit name ${names[bad] ?? ''} is neither a valid invocation ID nor unit name.`);
  const jobs = numbers.length === 0 ? undefined : await client.value.call('jobs.list', {});
  const queued = new Map(jobs?.ok === true ? jobs.value.map((job) => [String(job.id), job]) : []);
  const shown: Properties[] = [];
  for (const number of numbers) {
    const job = queued.get(number);
    if (job === undefined) return fail(invocation, `Unknown object '/org/freedesktop/systemd1/job/${number}'.`);
    shown.push({ Id: number, Unit: job.unit, JobType: job.type, State: job.state });
  }
  print(invocation, [...shown, ...units.value.filter((properties) => properties !== null)]);
  return 0;
}

/** A property that was asked for by name is shown even where it is empty. */
function print({ options, terminal }: Invocation, objects: readonly Properties[]): void {
  const wanted = new Set(options.properties);
  const empty = options.all || wanted.size > 0;
  objects.forEach((properties, index) => {
    if (index > 0) terminal.print('');
    for (const [name, value] of inSystemdOrder(properties)) {
      if ((wanted.size > 0 && !wanted.has(name)) || (isEmpty(name, value) && (!empty || records.test(name)))) continue;
      for (const line of linesOf(name, value)) terminal.print(options.value ? line : `${name}=${line}`);
    }
  });
}

/** A list of what is forbidden with nothing in it is an empty one, too; and what systemd has no text for, it shows to who asks for it. */
function isEmpty(name: string, value: string): boolean {
  return value === '' || (value === '~' && forbidding.test(name)) || onlyIfAsked.test(name);
}

const forbidding = /^(SystemCall(Filter|Log)|Restrict(AddressFamilies|FileSystems|NetworkInterfaces))$/;
const onlyIfAsked = /^((Load|Set)Credential(Encrypted)?|TTY(Rows|Columns))$/;

/** Lists of structures are a line each; a text with line breaks of its own is one value. */
function linesOf(name: string, value: string): readonly string[] {
  return structured.test(name) ? value.split('\n') : [value];
}

/** Lists of records are shown one to a line, so empty ones are not shown at all. */
const records =
  /^(Exec(Start|Stop|Reload|Condition)|DeviceAllow$|SocketBind(Allow|Deny)$|BPFProgram$|RootImageOptions$|IODevice|IO(Read|Write)(Bandwidth|IOPS)Max$|Listen$|EnvironmentFiles$|(Runtime|State|Cache|Logs)DirectorySymlink$|Timers|Paths$)/;
const structured = new RegExp(`${records.source}|^Symlinks$`);

function fail({ terminal }: Invocation, message: string): number {
  terminal.fail(`Failed to get properties: ${message}`);
  return 1;
}
