import type { InstallAction, InstallRecord } from '../../api/install.ts';
import { suggestUnit } from '../did-you-mean.ts';
import { installerOf, type Installer, type InstallTrouble } from '../installer.ts';
import type { Invocation } from '../invocation.ts';
import { readPlainName, readUnits } from '../names.ts';
import { recordLine } from '../output/install-records.ts';
import { syncWithSysv } from '../sysv-install.ts';
import { runStart } from './start.ts';

/** What a verb does to links, how its failure is worded, and what --now adds to it. */
interface InstallVerb {
  readonly operation: InstallAction;
  /** Through the manager: "Failed to …: reason". */
  readonly failure: string;
  /** On the files themselves: "Failed to … unit, reason". */
  readonly local: string;
  readonly now?: 'start' | 'stop';
}

const installVerbs: Readonly<Record<string, InstallVerb>> = {
  enable: { operation: 'enable', failure: 'enable unit', local: 'enable', now: 'start' },
  disable: { operation: 'disable', failure: 'disable unit', local: 'disable', now: 'stop' },
  // As with systemd 252, --now adds nothing to it.
  reenable: { operation: 'reenable', failure: 'reenable unit', local: 'reenable' },
  preset: { operation: 'preset', failure: 'preset unit', local: 'preset' },
  'preset-all': { operation: 'preset-all', failure: 'preset all units', local: 'preset' },
  mask: { operation: 'mask', failure: 'mask unit', local: 'mask', now: 'stop' },
  unmask: { operation: 'unmask', failure: 'unmask unit', local: 'unmask' },
  link: { operation: 'link', failure: 'link unit', local: 'link' },
  revert: { operation: 'revert', failure: 'revert unit', local: 'revert' },
  'add-wants': { operation: 'add-wants', failure: 'add dependency', local: 'add dependency on' },
  'add-requires': { operation: 'add-requires', failure: 'add dependency', local: 'add dependency on' },
};

/** All verbs that change links between unit files: prints what changed, has the manager reload, and with --now starts or stops. */
export async function runEnable(invocation: Invocation): Promise<number> {
  const { verb, words, options, terminal } = invocation;
  const row = installVerbs[verb];
  if (row === undefined) throw new Error(`${verb} is no verb of unit files`);
  const wanted = readWords(invocation, row);
  if (wanted === undefined) return 1;
  const installer = await installerOf(invocation);
  if (!installer.ok) return installer.error;
  const sysv = verb === 'enable' || verb === 'disable' ? await syncWithSysv(invocation, installer.value, wanted) : undefined;
  if (sysv?.failed === true) return 1;
  const units = sysv?.native ?? wanted;
  if (units.length === 0 && wanted.length > 0) return 0;
  const isLocal = installer.value.client === undefined;
  const isTold = !isLocal && (row.operation === 'mask' || row.operation === 'unmask');
  if (isTold) await warnOfMissing(invocation, installer.value, units);
  const outcome = await installer.value.apply(row.operation, units);
  printRecords(invocation, row.local, outcome.ok ? outcome.value.records : outcome.error.records);
  // As systemctl has it: without a manager units that are missing are told, but are disabled all the same.
  if (!outcome.ok && isLocal && row.operation === 'disable' && outcome.error.records.every(isMissing)) return 0;
  if (!outcome.ok) {
    // What the records tell of needs no other words.
    if (!outcome.error.records.some(({ change }) => change === 'problem')) {
      terminal.fail(isLocal ? `Failed to ${row.local}: ${outcome.error.message}.` : `Failed to ${row.failure}: ${outcome.error.message}`);
    }
    await suggestFiles(invocation, installer.value, outcome.error);
    return 1;
  }
  if ((row.operation === 'enable' || row.operation === 'reenable') && !outcome.value.hasInstallInfo && !options.quiet)
    explainNoInstall(invocation);
  if (installer.value.client !== undefined && options.reload && !options.global) {
    const reloaded = await installer.value.client.call('manager.reload', {});
    if (!reloaded.ok) {
      terminal.fail(`Failed to reload daemon: ${reloaded.error.message}`);
      return 1;
    }
  }
  if (!options.now || row.now === undefined || words.length === 0) return 0;
  if (installer.value.client === undefined) {
    terminal.fail('--now cannot be used without a manager.');
    return 1;
  }
  return runStart({ ...invocation, verb: row.now, words: units.map(baseName) });
}

/** Of the unit files that are not there. */
async function suggestFiles(invocation: Invocation, installer: Installer, { message, records }: InstallTrouble): Promise<void> {
  const [, told] = /^Unit file (\S+) does not exist\.$/.exec(message) ?? [];
  const missing = records.flatMap((record) => (record.change === 'problem' && record.code === 'ENOENT' ? [record.unit] : []));
  for (const unit of new Set([...missing, ...(told === undefined ? [] : [told])])) await suggestUnit(invocation, unit, installer);
}

function isMissing(record: InstallRecord): boolean {
  return record.change !== 'problem' || record.code === 'ENOENT';
}

async function warnOfMissing(invocation: Invocation, installer: Installer, units: readonly string[]): Promise<void> {
  const states = await installer.states(units);
  for (const [index, unit] of units.entries()) {
    if (!states.ok || states.value[index]?.ok !== false) continue;
    invocation.terminal.note(`Unit ${unit} does not exist, proceeding anyway.`);
    await suggestUnit(invocation, unit, installer);
  }
}

/** Prints what was done to the file system, and what was found there. */
export function printRecords({ terminal, options }: Invocation, failure: string, records: readonly InstallRecord[]): void {
  const wording = { failure, root: rootOf(options.root), style: terminal.style };
  for (const record of records) {
    const { text, level } = recordLine(record, wording);
    if (level === 'fail' || !options.quiet) terminal[level](text);
  }
}

function rootOf(root = ''): string {
  return root === '/' ? '' : root.replace(/\/+$/, '');
}

/** The words as unit names or absolute paths; undefined, after a message, where they make no sense. */
function readWords(invocation: Invocation, { operation }: InstallVerb): readonly string[] | undefined {
  const { words, options, terminal, verb } = invocation;
  const loose = operation === 'link' && options.root === undefined ? words.find((word) => !word.includes('/')) : undefined;
  if (loose !== undefined) {
    const name = readPlainName(invocation, loose, `to ${verb}`) ?? loose;
    terminal.fail('Link argument must contain at least one directory separator.');
    terminal.fail(`If you intended to link a file in the current directory, try ./${name} instead.`);
    return undefined;
  }
  if (operation === 'add-wants' || operation === 'add-requires') return readTargetAndUnits(invocation);
  const units = readUnits(invocation, `to ${verb}`, words);
  const relative = operation === 'link' ? units?.find((name) => !name.startsWith('/')) : undefined;
  if (relative !== undefined) {
    terminal.fail(`Non-absolute paths are not allowed when --root is used: ${relative}`);
    return undefined;
  }
  if (operation !== 'disable' || units?.some((name) => name.startsWith('/')) !== true) return units;
  terminal.warn("Warning: Can't execute disable on the unit file path. Proceeding with the unit name.");
  return units.map(baseName);
}

function readTargetAndUnits(invocation: Invocation): readonly string[] | undefined {
  const [first = '', ...rest] = invocation.words;
  if (first === '') invocation.terminal.fail('Failed to mangle unit name: Invalid argument');
  const target = first === '' ? undefined : readPlainName(invocation, first, 'as target', 'target');
  const units = target === undefined ? undefined : readUnits(invocation, 'as dependency', rest);
  return target === undefined || units === undefined ? undefined : [target, ...units];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function explainNoInstall({ program, terminal }: Invocation): void {
  const { bullet } = terminal.style.glyphs;
  const lines = [
    'The unit files have no installation config (WantedBy=, RequiredBy=, Also=,',
    'Alias= settings in the [Install] section, and DefaultInstance= for template',
    `units). This means they are not meant to be enabled using ${program}.`,
    ' ',
    'Possible reasons for having this kind of units are:',
    `${bullet} A unit may be statically enabled by being symlinked from another unit's`,
    '  .wants/ or .requires/ directory.',
    `${bullet} A unit's purpose may be to act as a helper for some other unit which has`,
    '  a requirement dependency on it.',
    `${bullet} A unit may be started when needed via activation (socket, path, timer,`,
    '  D-Bus, udev, scripted systemctl call, ...).',
    `${bullet} In case of template units, the unit is meant to be enabled with some`,
    '  instance name specified.',
  ];
  for (const line of lines) terminal.note(line);
}
