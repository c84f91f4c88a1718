import { hostname } from 'node:os';
import type { Client } from '../../api/client.ts';
import type { Answer } from '../../api/contract.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { changedOnDisk } from '../output/changed-on-disk.ts';
import { paintState, withoutLink } from '../output/terminal.ts';
import { formatAgo } from '../../base/duration.ts';
import { realtimeOf, renderProcesses, renderStatus } from '../output/unit-status.ts';
import { withDependencies } from '../with-dependencies.ts';
import { countProcesses, isEmpty, readCgroup, readDescendants, unitOfProcess, type ProcessTree } from '../processes.ts';

type Unit = NonNullable<Answer<'units.get'>[number]>;
type Properties = Readonly<Record<string, string>>;

/** `status`: of units, of the units of processes, or of the manager. 0 active, 3 any other state, 4 no such unit; the last that is not 0 wins. */
export async function runStatus(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  if (options.at !== undefined) return (await import('../history/at.ts')).printStateAt(invocation, options.at);
  const connected = await invocation.connect();
  if (!connected.ok) {
    terminal.fail(connected.error);
    return 1;
  }
  const client = connected.value;
  const info = await client.call('manager.info', {});
  if (!info.ok) {
    terminal.fail(`Failed to ask the manager: ${info.error.message}`);
    return 1;
  }
  const hasFilter = options.all || options.types.length > 0 || options.states.length > 0;
  const isOverview = words.length === 0 && options.types.length === 0 && options.states.length === 0;
  let status = isOverview ? await printOverview(invocation, client, info.value) : 0;
  if (words.length === 0 && !hasFilter) return status;
  const asked = words.length === 0 ? await expandNames(invocation, client, ['*']) : await unitsOf(invocation, client);
  if (asked === undefined) return 1;
  const names = await withDependencies(client, options, asked);
  let isBelow = isOverview;
  let isCut = false;
  for (const name of names) {
    const told = await printUnit(invocation, client, info.value, name, isBelow);
    isBelow ||= told.status === 0 || told.status === 3;
    isCut ||= told.isCut;
    status = told.status || status;
  }
  if (isCut) terminal.print('Hint: Some lines were ellipsized, use -l to show in full.', null);
  return status;
}

/** Numbers are processes, which stand for the units that they are of. */
async function unitsOf(invocation: Invocation, client: Client): Promise<readonly string[] | undefined> {
  const numbers = invocation.words.filter((word) => /^\d+$/.test(word));
  const names = await expandNames(
    invocation,
    client,
    invocation.words.filter((word) => !numbers.includes(word)),
  );
  if (names === undefined || numbers.length === 0) return names;
  const units = await client.call('units.list', {});
  const found: string[] = [];
  for (const number of numbers) {
    const pid = Number(number);
    const loaded = units.ok ? units.value : [];
    const byCgroup = unitOfProcess(pid);
    const unit = loaded.find((one) => one.mainPid === pid || one.controlPid === pid) ?? loaded.find((one) => one.name === byCgroup);
    if (unit === undefined) {
      invocation.terminal.fail(`Failed to get unit for PID ${number}: PID ${number} does not belong to any loaded unit.`);
      return undefined;
    }
    found.push(unit.name);
  }
  return [...names, ...found];
}

/** `isBelow` says that something stands above it, from which an empty line parts it; `isCut` of the answer, that lines of its log were too long. */
async function printUnit(
  invocation: Invocation,
  client: Client,
  info: Answer<'manager.info'>,
  name: string,
  isBelow: boolean,
): Promise<{ readonly status: number; readonly isCut: boolean }> {
  const { terminal } = invocation;
  const [units, properties, notApplied] = await Promise.all([
    client.call('units.get', { units: [name] }),
    client.call('units.properties', { units: [name] }),
    client.call('unit.not-applied', { unit: name }),
  ]);
  const unit = units.ok ? units.value[0] : undefined;
  if (!units.ok || unit === null || unit === undefined) {
    terminal.fail(`Failed to get properties: Unit name ${name} is neither a valid invocation ID nor unit name.`);
    return { status: 1, isCut: false };
  }
  if (unit.load === 'not-found' && unit.active === 'inactive') {
    terminal.fail(`Unit ${name} could not be found.`);
    await suggestUnit(invocation, name);
    return { status: 4, isCut: false };
  }
  const shown = (properties.ok ? properties.value[0] : undefined) ?? {};
  const triggers = [...list(shown, 'TriggeredBy'), ...list(shown, 'Triggers')];
  const states = triggers.length === 0 ? undefined : await client.call('units.get', { units: triggers });
  const view = {
    unit,
    properties: shown,
    triggers: new Map(
      triggers.map((trigger, index) => [trigger, (states?.ok === true ? states.value[index]?.active : undefined) ?? 'inactive']),
    ),
    processes: processesOf(unit, shown, info),
    notApplied: notApplied.ok ? notApplied.value : [],
    style: terminal.style,
    timestamp: invocation.options.timestamp,
    nowUsec: Date.now() * 1000,
  };
  const whole = renderStatus({ ...view, style: { ...terminal.style, link: withoutLink } });
  const lines = renderStatus({ ...view, width: invocation.options.full ? undefined : terminal.width });
  if (isBelow) terminal.print('');
  for (const [index, line] of lines.entries()) terminal.print(line, whole[index]);
  const isCut = await printLogs(invocation, info, unit, shown);
  if (shown['NeedDaemonReload'] === 'yes') terminal.warn(changedOnDisk(invocation, unit.name));
  return { status: unit.active === 'active' || unit.active === 'reloading' ? 0 : 3, isCut };
}

/** The log of the unit's present or last run, and what was said of it since. True where lines had to be cut. */
async function printLogs(
  { options, services, terminal }: Invocation,
  info: Answer<'manager.info'>,
  unit: Unit,
  properties: Properties,
): Promise<boolean> {
  const lines = options.lines ?? 10;
  if (lines === 0) return false;
  const invocation = properties['InvocationID'] ?? '';
  const request = {
    runtimeDirectory: info.runtimeDirectory,
    stateDirectory: info.stateDirectory,
    journal: info.journal,
    unit: unit.name,
    lines,
    sinceUsec: beginOf({ unit, properties }),
    // What systemd-journald knows of runs is those of the system's manager.
    ...(invocation === '' || (info.journal === 'system' && info.scope === 'user') ? {} : { invocation }),
    output: options.output,
    color: terminal.style.bold('') !== '',
  };
  const log = await services.recentLogs(request);
  if (log.length === 0) return false;
  // The other forms are made for programs.
  const isForReaders = /^(?:short|with-unit|$)/.test(options.output);
  const width = options.full || !isForReaders ? undefined : terminal.width;
  const shown = width === undefined ? log : await services.recentLogs({ ...request, columns: width });
  terminal.print('');
  terminal.print(shown.join('\n'), log.join('\n'));
  return shown.join('\n') !== log.join('\n');
}

/** When the last run began; 0 where there was none. A service that failed and is to start again has left the inactive state later than that. */
function beginOf(view: { readonly unit: Unit; readonly properties: Properties }): number {
  const begins = ['InactiveExitTimestampMonotonic', 'ExecMainStartTimestampMonotonic', 'ConditionTimestampMonotonic'];
  const known = begins.flatMap((name) => realtimeOf(view, name) ?? []);
  return known.length === 0 ? 0 : Math.max(0, Math.min(...known) - slackUsec);
}

/** What is logged about a start carries a time a little before the state changed. */
const slackUsec = 2_000_000;

function processesOf(
  unit: Unit,
  properties: Properties,
  info: Answer<'manager.info'>,
): { readonly path: string; readonly tree: ProcessTree } | undefined {
  const path = properties['ControlGroup'] || unit.group || '';
  if (info.cgroupRoot !== '' && path !== '') {
    for (const root of [info.cgroupRoot, '/sys/fs/cgroup', '/sys/fs/cgroup/systemd']) {
      const tree = readCgroup(`${root}/${path}`.replaceAll('//', '/'));
      if (tree !== undefined) return { path, tree };
    }
  }
  const pids = [unit.mainPid, unit.controlPid].filter((pid) => pid !== undefined && pid > 0);
  // Of a socket that the keeper has opened itself there is no directory yet.
  if (pids.length === 0 && info.cgroupRoot !== '' && path !== '') return { path, tree: { processes: [], groups: [] } };
  return pids.length === 0 ? undefined : { path: '', tree: readDescendants(pids.filter((pid) => pid !== undefined)) };
}

function list(properties: Properties, name: string): readonly string[] {
  return (properties[name] ?? '').split(' ').filter((word) => word !== '');
}

async function printOverview({ terminal, options }: Invocation, client: Client, info: Answer<'manager.info'>): Promise<number> {
  const [state, properties, units] = await Promise.all([
    client.call('manager.state', {}),
    client.call('manager.properties', {}),
    client.call('units.list', {}),
  ]);
  if (!state.ok) {
    terminal.fail(`Failed to ask the manager: ${state.error.message}`);
    return 1;
  }
  const { style } = terminal;
  const look = state.value.state === 'running' ? 'active' : state.value.state === 'degraded' ? 'failed' : 'activating';
  const { paint } = paintState(look, style);
  terminal.print(`${paint(style.glyphs.filled)} ${hostname()}`);
  terminal.print(`    State: ${paint(state.value.state)}`);
  terminal.print(`    Units: ${state.value.units} loaded (incl. loaded aliases)`);
  terminal.print(`     Jobs: ${state.value.jobs} queued`);
  terminal.print(`   Failed: ${state.value.failed > 0 ? style.red(`${state.value.failed} units`) : '0 units'}`);
  const started = (properties.ok ? properties.value['UserspaceTimestamp'] : undefined) ?? '';
  if (started !== '') terminal.print(`    Since: ${started}${agoOf(started)}`);
  terminal.print(`     tysd: ${info.version}`);
  const cgroup = info.cgroupRoot === '' ? undefined : readCgroup(info.cgroupRoot);
  const tree = cgroup ?? { processes: [], groups: units.ok ? units.value.flatMap(groupOf) : [] };
  if (cgroup !== undefined) terminal.print(`   CGroup: ${info.cgroupRoot.replace(/^\/sys\/fs\/cgroup(\/systemd)?/, '') || '/'}`);
  else if (tree.groups.length > 0) terminal.print(`Processes: ${countProcesses(tree)} of ${countUnits(tree)}${how(info)}`);
  const whole = renderProcesses(tree, style);
  const width = options.full || terminal.width === undefined ? undefined : Math.max(20, terminal.width - 11);
  for (const [index, line] of renderProcesses(tree, style, width).entries())
    terminal.print(`           ${line}`, `           ${whole[index]}`);
  return 0;
}

function countUnits({ groups }: ProcessTree): string {
  return groups.length === 1 ? '1 unit' : `${groups.length} units`;
}

function how({ tracking }: Answer<'manager.info'>): string {
  return tracking === 'session' ? ' (tracked by session)' : '';
}

/** Where there are no cgroups, each service's processes stand below its name. */
function groupOf(unit: Unit): readonly { readonly name: string; readonly tree: ProcessTree }[] {
  const pids = [unit.mainPid ?? 0, unit.controlPid ?? 0].filter((pid) => pid > 0);
  const tree = pids.length === 0 ? undefined : readDescendants(pids);
  return tree === undefined || isEmpty(tree) ? [] : [{ name: unit.name, tree }];
}

/** How long ago a time was that is only known as text in local time or UTC, to the second. */
function agoOf(timestamp: string): string {
  const match = /^\w+ (\S+) (\S+) (\S+)$/.exec(timestamp);
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}${match[3] === 'UTC' ? 'Z' : ''}`);
  return Number.isNaN(time) ? '' : `; ${formatAgo(Math.max(0, Date.now() - time) * 1000)}`;
}
