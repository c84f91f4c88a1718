import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { StartableUnit } from '../../api/unit-files.ts';
import { isUnitName } from '../../api/unit-name.ts';
import { printDiagnostics } from '../commands/verify.ts';
import type { FileTree, GeneratedUnits } from '../invocation.ts';
import type { AnalyzeCall } from './call.ts';

/** `verify FILE[:ALIAS]…`: what is wrong with units, and whether they could be started; it asks no manager. */
export async function analyzeVerify(call: AnalyzeCall): Promise<number> {
  const { options, services, terminal } = call;
  if (options.generators && options.root !== undefined) {
    terminal.fail('Generators are programs of this machine, so --generators does not go with --root=.');
    return 1;
  }
  const aliases = call.words.some((word) => word.includes(':')) ? mkdtempSync(join(tmpdir(), 'systemd-analyze-')) : undefined;
  const generated = options.generators ? await services.generateUnits(options.scope === 'system' ? 'system' : 'user') : undefined;
  try {
    for (const failure of generated?.failures ?? []) terminal.fail(failure);
    return await verifyTargets(
      call,
      call.words.map((word) => targetOf(word, aliases)),
      generated,
    );
  } finally {
    if (aliases !== undefined) rmSync(aliases, { recursive: true, force: true });
    generated?.remove();
  }
}

async function verifyTargets(
  call: AnalyzeCall,
  targets: readonly (string | undefined)[],
  generated: GeneratedUnits | undefined,
): Promise<number> {
  const { words, options, services, terminal } = call;
  const unitFiles = await services.localUnitFiles({
    scope: options.scope,
    root: options.root ?? '',
    ...(generated === undefined ? {} : { generated: generated.directories }),
  });
  const known = targets.filter((target) => target !== undefined);
  const { units, others } = unitFiles.verifyStart(known, { recursive: options.recursion !== 'no', instance: options.instance });
  const inOrder = targets.map((target) => (target === undefined ? undefined : units[known.indexOf(target)]));
  let isBad = false;
  for (const [index, unit] of inOrder.entries()) {
    if (unit !== undefined) printDiagnostics(terminal, unit.diagnostics);
    const trouble = unit === undefined ? `Failed to prepare filename ${words[index] ?? ''}: Invalid argument` : loadFailure(unit);
    if (trouble === undefined) continue;
    terminal.fail(trouble);
    isBad = true;
  }
  printDiagnostics(terminal, others);
  const tree = await services.fileTree(options.root ?? '');
  for (const unit of units) if (!judge(call, tree, unit)) isBad = true;
  const counted = [...units.flatMap(({ diagnostics }) => diagnostics), ...(options.recursion === 'yes' ? others : [])];
  const isWarned = options.recursion !== undefined && counted.some(({ severity, code }) => severity !== 'notice' && code !== 'refused');
  return isBad || isWarned ? 1 : 0;
}

/** The path of a unit file, under the name that follows the colon if there is one. */
function targetOf(word: string, aliases: string | undefined): string | undefined {
  const colon = word.indexOf(':');
  const path = resolve(colon === -1 ? word : word.slice(0, colon));
  const name = colon === -1 ? basename(path) : word.slice(colon + 1);
  if (!isUnitName(name)) return undefined;
  if (colon === -1 || aliases === undefined) return path;
  try {
    copyFileSync(path, join(aliases, name));
    return join(aliases, name);
  } catch {
    return undefined;
  }
}

/** Says what keeps a unit from starting or is missing; whether there was nothing. */
function judge(call: AnalyzeCall, tree: FileTree, unit: StartableUnit): boolean {
  const { terminal, options } = call;
  const said = [
    ...(unit.refusal === undefined ? [] : [`${unit.unit}: Failed to create ${unit.unit}/start: ${unit.refusal}`]),
    ...(unit.missingService === undefined ? [] : [`${unit.unit}: service ${unit.missingService} not loaded, socket cannot be started.`]),
    ...unit.programs.flatMap((program) => programProblem(tree, unit.unit, program)),
    ...(options.man ? unit.manuals.flatMap((page) => manualProblem(call, unit.unit, page)) : []),
  ];
  for (const line of said) terminal.fail(line);
  return said.length === 0;
}

function loadFailure({ unit, load, loadReason }: StartableUnit): string | undefined {
  switch (load) {
    case 'loaded':
      return undefined;
    case 'not-found':
      return `Unit ${unit} not found.`;
    case 'masked':
      return `Unit ${unit} is masked.`;
    case 'bad-setting':
      return `Unit ${unit} has a bad unit file setting.`;
    default:
      return `Unit ${unit} failed to load properly: ${loadReason ?? load}`;
  }
}

/** Where programs without a slash are looked for, as by services. */
const searchPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function programProblem(tree: FileTree, unit: string, program: string): readonly string[] {
  const found = (program.startsWith('/') ? [program] : searchPath.map((directory) => `${directory}/${program}`)).map((path) =>
    tree.follow(path),
  );
  if (found.some(({ isExecutable }) => isExecutable)) return [];
  const kind = found.find((each) => each.kind !== 'missing')?.kind ?? 'missing';
  const reason = kind === 'missing' ? 'No such file or directory' : kind === 'directory' ? 'Is a directory' : 'Permission denied';
  return [`${unit}: Command ${program} is not executable: ${reason}`];
}

function manualProblem({ terminal, environment }: AnalyzeCall, unit: string, page: string): readonly string[] {
  // What follows the dashes is no option, whatever a unit file says.
  const { status, error } = spawnSync('man', ['-w', '--', page], { stdio: 'ignore', env: { ...environment }, timeout: 10_000 });
  if (error !== undefined) {
    terminal.warn(`${unit}: whether there is a manual page ${page} is not known: man cannot be run`);
    return [];
  }
  return status === 0 ? [] : [`${unit}: Command 'man ${page}' failed with code ${status ?? 'unknown'}`];
}
