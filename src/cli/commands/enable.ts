import type { Answer } from '../../api/contract.ts';
import type { InstallAction } from '../../api/install.ts';
import { installerOf, type Installer } from '../installer.ts';
import type { Invocation } from '../invocation.ts';
import { readPlainName } from '../names.ts';
import { runStart } from './start.ts';

/** What a verb does to links, how its failure is worded, and what --now adds to it. */
interface InstallVerb {
  readonly operation: InstallAction;
  readonly failure: string;
  readonly now?: 'start' | 'stop' | 'restart';
  /** Words may be paths of files. */
  readonly paths?: boolean;
}

const installVerbs: Readonly<Record<string, InstallVerb>> = {
  enable: { operation: 'enable', failure: 'enable unit', now: 'start', paths: true },
  disable: { operation: 'disable', failure: 'disable unit', now: 'stop', paths: true },
  reenable: { operation: 'reenable', failure: 'reenable unit', now: 'restart', paths: true },
  preset: { operation: 'preset', failure: 'preset unit' },
  'preset-all': { operation: 'preset-all', failure: 'preset all units' },
  mask: { operation: 'mask', failure: 'mask unit', now: 'stop' },
  unmask: { operation: 'unmask', failure: 'unmask unit' },
  link: { operation: 'link', failure: 'link unit', paths: true },
  revert: { operation: 'revert', failure: 'revert unit' },
  'add-wants': { operation: 'add-wants', failure: 'add dependency' },
  'add-requires': { operation: 'add-requires', failure: 'add dependency' },
};

/** All verbs that change links between unit files: prints what changed, has the manager reload, and with --now starts or stops. */
export async function runEnable(invocation: Invocation): Promise<number> {
  const { verb, words, options, terminal } = invocation;
  const row = installVerbs[verb];
  if (row === undefined) throw new Error(`${verb} is no verb of unit files`);
  const units = readUnits(invocation, row);
  if (units === undefined) return 1;
  const installer = await installerOf(invocation);
  if (!installer.ok) return installer.error;
  if (row.operation === 'mask' || row.operation === 'unmask') await warnOfMissing(invocation, installer.value, units);
  const outcome = await installer.value.apply(row.operation, units);
  if (!outcome.ok) {
    terminal.warn(`Failed to ${row.failure}: ${outcome.error.message}`);
    return 1;
  }
  if (!options.quiet) printOutcome(invocation, outcome.value);
  if (row.operation === 'enable' && !outcome.value.hasInstallInfo && !options.quiet) explainNoInstall(invocation);
  if (installer.value.client !== undefined && options.reload && !options.global) {
    const reloaded = await installer.value.client.call('manager.reload', {});
    if (!reloaded.ok) {
      terminal.warn(`Failed to reload daemon: ${reloaded.error.message}`);
      return 1;
    }
  }
  if (!options.now || row.now === undefined || words.length === 0) return 0;
  if (installer.value.client === undefined) {
    terminal.warn('--now cannot be used without a manager.');
    return 1;
  }
  return runStart({ ...invocation, verb: row.now, words: units.map(baseName) });
}

async function warnOfMissing({ terminal }: Invocation, installer: Installer, units: readonly string[]): Promise<void> {
  const states = await installer.states(units);
  units.forEach((unit, index) => {
    if (states.ok && states.value[index] === null) terminal.warn(`Unit ${unit} does not exist, proceeding anyway.`);
  });
}

/** Prints what was done to the file system. */
export function printOutcome({ terminal }: Pick<Invocation, 'terminal'>, { changes, messages }: Answer<'install.enable'>): void {
  for (const change of changes) {
    if (change.change === 'unlink') terminal.warn(`Removed "${change.path}".`);
    else terminal.warn(`Created symlink ${change.path} ${terminal.style.glyphs.arrow} ${change.target}.`);
  }
  for (const message of messages) terminal.warn(message);
}

function readUnits(invocation: Invocation, row: InstallVerb): readonly string[] | undefined {
  const units: string[] = [];
  for (const word of invocation.words) {
    if (row.operation === 'link' && !word.includes('/')) {
      const name = readPlainName(invocation, word) ?? word;
      invocation.terminal.warn('Link argument must contain at least one directory separator.');
      invocation.terminal.warn(`If you intended to link a file in the current directory, try ./${name} instead.`);
      return undefined;
    }
    if (row.paths === true && word.includes('/')) {
      units.push(absolute(word));
      continue;
    }
    const name = readPlainName(invocation, word);
    if (name === undefined) return undefined;
    units.push(name);
  }
  return units;
}

function absolute(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${process.cwd()}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
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
  for (const line of lines) terminal.warn(line);
}
