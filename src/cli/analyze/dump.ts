import type { Client } from '../../api/client.ts';
import { kinds } from '../../api/words.ts';
import { matchesAny } from '../../base/glob.ts';
import { withManager } from './boot.ts';
import type { AnalyzeCall } from './call.ts';

type Properties = Readonly<Record<string, string>>;

/** Properties that stand first, and how they are called there; those that are empty are left out unless a word for that is here. */
const first: readonly (readonly [property: string, label: string, none?: string])[] = [
  ['Description', 'Description'],
  ['LoadState', 'Unit Load State'],
  ['ActiveState', 'Unit Active State'],
  ['StateChangeTimestamp', 'State Change Timestamp', 'n/a'],
  ['InactiveExitTimestamp', 'Inactive Exit Timestamp', 'n/a'],
  ['ActiveEnterTimestamp', 'Active Enter Timestamp', 'n/a'],
  ['ActiveExitTimestamp', 'Active Exit Timestamp', 'n/a'],
  ['InactiveEnterTimestamp', 'Inactive Enter Timestamp', 'n/a'],
  ['NeedDaemonReload', 'Need Daemon Reload'],
  ['Transient', 'Transient'],
  ['Perpetual', 'Perpetual'],
  ['CollectMode', 'Garbage Collection Mode'],
  ['Slice', 'Slice'],
  ['ControlGroup', 'CGroup', 'n/a'],
  ['InvocationID', 'Invocation ID'],
  ['FragmentPath', 'Fragment Path'],
  ['SourcePath', 'Source Path'],
  ['ConditionTimestamp', 'Condition Timestamp'],
  ['ConditionResult', 'Condition Result'],
  ['AssertTimestamp', 'Assert Timestamp'],
  ['AssertResult', 'Assert Result'],
  ['Job', 'Job'],
];

/** What is told in another place, or twice. */
const elsewhere: ReadonlySet<string> = new Set(['Id', 'Names', 'SubState', 'DropInPaths', 'Documentation', ...first.map(([name]) => name)]);

/** Properties that are called otherwise there. */
const worded: Readonly<Record<string, string>> = { ReloadResult: 'Reload Result', CleanResult: 'Clean Result' };

/** The stages of the boot that are told, as systemd words them. */
const stages = [
  'Firmware',
  'Loader',
  'Kernel',
  'InitRD',
  'Userspace',
  'Finish',
  'GeneratorsStart',
  'GeneratorsFinish',
  'UnitsLoadStart',
  'UnitsLoadFinish',
  'UnitsLoad',
];

/** `dump [PATTERN…]`: all that the manager knows, or of these units. Its form is for people, and may change. */
export function analyzeDump(call: AnalyzeCall): Promise<number> {
  return withManager(call, async (client) => {
    const { words, terminal } = call;
    const units = await client.call('units.list', {});
    if (!units.ok) {
      terminal.fail(`Failed to list units: ${units.error.message}`);
      return 1;
    }
    if (words.length === 0) await dumpManager(client, call);
    const isWanted = words.length === 0 ? () => true : matchesAny(words);
    const wanted = units.value.filter(({ names }) => names.some(isWanted)).map(({ name }) => name);
    for (const unit of wanted) await dumpUnit(client, call, unit);
    if (words.length === 0) await dumpJobs(client, call);
    return 0;
  });
}

async function dumpManager(client: Client, { terminal }: AnalyzeCall): Promise<void> {
  const answer = await client.call('manager.properties', {});
  if (!answer.ok) return;
  terminal.print(`Manager: tysd ${answer.value['Version'] ?? ''}`);
  for (const stage of stages) {
    const at = answer.value[`${stage}Timestamp`] ?? '';
    if (at !== '') terminal.print(`Timestamp ${kebab(stage)}: ${at}`);
  }
}

async function dumpUnit(client: Client, { terminal }: AnalyzeCall, unit: string): Promise<void> {
  const [answer, edges] = await Promise.all([
    client.call('units.properties', { units: [unit] }),
    client.call('unit.dependencies', { unit }),
  ]);
  const properties = answer.ok ? answer.value[0] : undefined;
  if (properties === undefined || properties === null) return;
  const found = new Set(edges.ok ? edges.value.map(({ key }) => key) : []);
  const line = (label: string, value: string): void => terminal.print(`\t${label}: ${harmless(value).replaceAll('\n', '\n\t\t')}`);
  terminal.print(`-> Unit ${unit}:`);
  for (const [name, label, none = ''] of first) if ((properties[name] ?? none) !== '' || none !== '') line(label, properties[name] || none);
  for (const name of ['Documentation', 'DropInPaths'])
    for (const word of (properties[name] ?? '').split(' ')) if (word !== '') line(name === 'DropInPaths' ? 'DropIn Path' : name, word);
  if (edges.ok) await dumpEdges(client, unit, edges.value, line);
  line(`${typeOf(unit)} State`, properties['SubState'] ?? '');
  for (const [name, value] of rest(properties)) if (!found.has(name)) line(worded[name] ?? name, value);
}

/** The dependencies, each with the place where it is declared. */
async function dumpEdges(
  client: Client,
  unit: string,
  edges: readonly { readonly key: string; readonly unit: string }[],
  line: (label: string, value: string) => void,
): Promise<void> {
  const asked = edges.flatMap(({ key, unit: other }) =>
    kinds.filter((kind) => kind === key).map((kind) => ({ of: unit, kind, unit: other })),
  );
  const places = await client.call('edges.locate', { edges: asked });
  asked.forEach(({ kind, unit: other }, index) => {
    const place = places.ok ? places.value[index] : null;
    line(kind, place === null || place === undefined ? other : `${other} (${place})`);
  });
}

async function dumpJobs(client: Client, { terminal }: AnalyzeCall): Promise<void> {
  const jobs = await client.call('jobs.list', {});
  if (!jobs.ok) return;
  for (const { id, unit, type, state } of jobs.value) {
    terminal.print(`-> Job ${id}:`);
    terminal.print(`\tAction: ${unit} -> ${type}`);
    terminal.print(`\tState: ${state}`);
  }
}

function rest(properties: Properties): readonly (readonly [string, string])[] {
  return Object.entries(properties).filter(([name, value]) => value !== '' && !elsewhere.has(name) && !/Timestamp(Monotonic)?$/.test(name));
}

function typeOf(unit: string): string {
  const type = unit.slice(unit.lastIndexOf('.') + 1);
  return `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}

function kebab(stage: string): string {
  return stage
    .replace('InitRD', 'Initrd')
    .replaceAll(/(?<!^)[A-Z]/g, '-$&')
    .toLowerCase();
}

/** What units say of themselves must not command the terminal. */
function harmless(value: string): string {
  return value.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
}
