import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { boot, type Boot } from '../../system/container.ts';
import { buildTysd } from '../../system/dist.ts';
import { systemdImage, whyNoImage } from '../../system/image.ts';
import { folderName, writeCase } from './case-folder.ts';

/** Some units, what is done with them, and where tysd's answer is another one on purpose. */
export interface Case {
  /** Files below /etc/systemd/system; where there is no DefaultDependencies=, it is `no`. */
  readonly units?: Readonly<Record<string, string>>;
  /** Bash; its output is compared line by line. The functions of the prelude are there, and `notes NAME` prints what units noted. */
  readonly script: string;
  /** Runs after all others, one by one: for what changes the whole manager. */
  readonly alone?: boolean;
  readonly differs?: readonly Difference[];
  /** What is compared of the lines that a manager's script printed; without it, the lines. */
  readonly read?: (lines: readonly string[]) => readonly string[];
}

/** Lines of systemd 252, what tysd says in their place, and why. */
export interface Difference {
  readonly systemd: string;
  readonly tysd: string;
  readonly why: string;
}

/** Why no manager can be asked here. */
export const whyNotAsked = whyNoImage();
const why = whyNotAsked;

/** What systemd has beside it, for programs that speak with it over the bus. */
export interface Setting {
  readonly profile?: Boot['profile'];
  /** A shell script that runs in the root directory before the manager starts. */
  readonly setup?: string;
  /** Programs to put into the root directory, by path, and how each is built. */
  readonly programs?: Readonly<Record<string, () => Program>>;
  /** How many cases run at the same time in each attempt. */
  readonly attempts?: readonly number[];
  /** With the controllers of cgroup v1 that this machine has. */
  readonly hybrid?: boolean;
  /** Another root directory than the small one, with systemd in it. */
  readonly rootfs?: () => string;
  /** How long all cases together may take. */
  readonly timeoutSec?: number;
  /** The environment of the manager. */
  readonly environment?: Boot['environment'];
  /** What the cases are about: the name of the directory into which `TYSD_CASES_DIR` has them written. */
  readonly theme?: string;
}

/** A program that was built for a test, in a directory that goes with it. */
export type Program = Disposable & { readonly path: string };

/** Runs all cases in one boot of systemd and in one of tysd, and has one test for each case that compares what they said. */
export function compareManagers(theme: string, cases: Readonly<Record<string, Case>>, setting: Setting = {}): void {
  describe(theme, { skip: why }, () => {
    let said: ReadonlyMap<string, Said> = new Map();
    before(
      () => {
        said = askUntilAlike(cases, (name, answer) => agrees(answer, cases[name]), { theme, ...setting });
      },
      { timeout: 1_200_000 },
    );

    for (const [name, one] of Object.entries(cases)) {
      test(name, () => {
        const { systemd = '', tysd = '' } = said.get(name) ?? {};
        if (typeof systemd === 'string') assert.fail(`systemd gave no answer: ${systemd}`);
        if (typeof tysd === 'string') assert.fail(`tysd gave no answer: ${tysd}`);
        const [wanted, got] = [expected(compared(one, systemd), one.differs ?? []), compared(one, tysd)];
        assert.ok(isDeepStrictEqual(got, wanted), around(wanted, got));
      });
    }
  });
}

/**
 * What both managers say in these cases, asked anew with less and less beside it as long as they do not say the same.
 *
 * Many cases are about time limits of some 100 ms, which a busy machine can miss in either boot. So an answer of tysd is
 * right if systemd gave it in any of the boots: a real difference shows in all of them. What had to be asked again is printed.
 */
export function askUntilAlike(
  cases: Readonly<Record<string, Case>>,
  alike: (name: string, said: Said) => boolean,
  { programs = {}, attempts = [6, 2, 1, 1, 1], theme = 'cases', ...rest }: Setting = {},
): ReadonlyMap<string, Said> {
  buildTysd();
  using stack = new DisposableStack();
  const act = stack.use(compiledAct()).path;
  const copies = Object.fromEntries(Object.entries(programs).map(([path, build]) => [stack.use(build()).path, path]));
  const given = new Map<string, Said[]>();
  const settled = new Map<string, Said>();
  for (const [round, together] of attempts.entries()) {
    const open = Object.entries(cases).filter(([name]) => !settled.has(name));
    if (open.length === 0) break;
    if (round > 0) for (const [name] of open) console.log(`asked again: ${name}: ${firstDifference(cases[name], given.get(name)?.at(-1))}`);
    for (const [name, answer] of askBoth(Object.fromEntries(open), { act, together, copies, ...rest })) {
      const all = [...(given.get(name) ?? []), answer];
      given.set(name, all);
      const pair = all
        .flatMap(({ systemd }) => all.map(({ tysd }) => ({ systemd, tysd })))
        .find((one) => (one.systemd === answer.systemd || one.tysd === answer.tysd) && alike(name, one));
      if (pair !== undefined) settled.set(name, pair);
    }
  }
  const said = new Map(
    Object.keys(cases).map((name) => [name, settled.get(name) ?? given.get(name)?.at(-1) ?? { systemd: '', tysd: '' }] as const),
  );
  const folders = process.env['TYSD_CASES_DIR'];
  const taken = new Set<string>();
  for (const [name, one] of folders === undefined ? [] : Object.entries(cases)) {
    const folder = folderName(name, taken);
    taken.add(folder);
    const boots = bootsOf({ [name]: one }, singleScript(one), { copies: { ...copies, [act]: '/act' }, ...rest });
    writeCase(join(folders ?? '', folderName(theme), folder), { name, one, boots, said: said.get(name) });
  }
  return said;
}

/** What is compared of the lines that a script printed. */
function compared({ read }: Case, lines: readonly string[]): readonly string[] {
  return read?.(lines) ?? lines;
}

/** The lines that each manager's script printed in a case, or what came in their place. */
export interface Said {
  readonly systemd: string | readonly string[];
  readonly tysd: string | readonly string[];
}

function agrees(said: Said, one: Case = { script: '' }): boolean {
  if (typeof said.systemd === 'string' || typeof said.tysd === 'string') return false;
  try {
    return isDeepStrictEqual(compared(one, said.tysd), expected(compared(one, said.systemd), one.differs ?? []));
  } catch {
    return false;
  }
}

function firstDifference(one: Case = { script: '' }, said: Said = { systemd: '', tysd: '' }): string {
  if (typeof said.systemd === 'string') return `no answer of systemd: ${said.systemd.slice(-300)}`;
  if (typeof said.tysd === 'string') return `no answer of tysd: ${said.tysd.slice(-300)}`;
  const [systemd, tysd] = [compared(one, said.systemd), compared(one, said.tysd)];
  const at = whereDifferent(systemd, tysd);
  return `line ${at + 1}: "${systemd[at] ?? ''}" of systemd, "${tysd[at] ?? ''}" of tysd`;
}

function whereDifferent(systemd: readonly string[], tysd: readonly string[]): number {
  const index = systemd.findIndex((line, at) => line !== tysd[at]);
  return index === -1 ? systemd.length : index;
}

/** The lines around the first difference: short enough to be whole in the last lines of a log, which is all that CI keeps. */
function around(wanted: readonly string[], got: readonly string[]): string {
  const at = whereDifferent(wanted, got);
  const part = (lines: readonly string[]): string => lines.slice(Math.max(0, at - 5), at + 10).join('\n  ');
  return `they differ from line ${at + 1} on; wanted, as systemd says:\n  ${part(wanted)}\ntysd says:\n  ${part(got)}`;
}

/** What both managers say in these cases, each in one boot. */
export function saidByBoth(cases: Readonly<Record<string, Case>>): ReadonlyMap<string, Said> {
  buildTysd();
  using act = compiledAct();
  return askBoth(cases, { act: act.path, together: 6 });
}

type Place = Pick<Setting, 'profile' | 'setup' | 'hybrid' | 'rootfs' | 'timeoutSec' | 'environment'> & Pick<Boot, 'copies'>;

interface Asking extends Place {
  readonly act: string;
  readonly together: number;
}

function askBoth(cases: Readonly<Record<string, Case>>, { act, together, copies = {}, ...place }: Asking): ReadonlyMap<string, Said> {
  const boots = bootsOf(cases, wholeScript(cases, together), { copies: { ...copies, [act]: '/act' }, ...place });
  const [systemd, tysd] = boots.map((request): ((name: string) => string | readonly string[]) => {
    const booted = boot(request);
    const lines = answers(booted.output);
    return (name) => lines.get(name) ?? `${booted.errors}\n${booted.console}`;
  });
  return new Map(Object.keys(cases).map((name) => [name, { systemd: systemd?.(name) ?? '', tysd: tysd?.(name) ?? '' }]));
}

/** The boots of systemd and of tysd in which a script deals with these cases. */
function bootsOf(
  cases: Readonly<Record<string, Case>>,
  script: string,
  { profile = 'bare', setup, copies = {}, hybrid = false, rootfs = systemdImage, timeoutSec = 240, environment = {} }: Place,
): readonly [Boot, Boot] {
  const request = {
    rootfs: rootfs(),
    profile,
    hybrid,
    target: 'nothing.target',
    ...(setup === undefined ? {} : { setup }),
    units: { 'nothing.target': '[Unit]\nDefaultDependencies=no\n', ...unitFiles(cases) },
    copies: { ...copies, [busPolicy]: '/etc/dbus-1/system.d/tests.conf' },
    script,
    timeoutSec,
    environment,
  };
  return [
    { manager: 'systemd', ...request },
    { manager: 'tysd', ...request },
  ];
}

/** Services that are started, looked at, stopped and looked at again; unless it has one, ExecStopPost= notes what it is told. NAME is the unit's. */
export function startAndStop(services: Readonly<Record<string, string>>, differs: Case['differs'] = []): Case {
  const units = Object.entries(services).map(([name, lines]) => {
    const told = lines.includes('ExecStopPost=')
      ? ''
      : 'ExecStopPost=/act to /run/t/NAME note stop-post env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS\n';
    return [`${name}.service`, `[Service]\nTimeoutStopSec=2\n${told}${lines.trim()}\n`.replaceAll('NAME', name)] as const;
  });
  return {
    units: Object.fromEntries(units),
    script: `drive ${Object.keys(services).join(' ')}\nleft /run/t/${Object.keys(services)[0]?.split('-')[0]}`,
    differs,
  };
}

/** The lines of systemd with the known differences put in, wherever they show; one that shows nowhere is an error. */
function expected(lines: readonly string[], differences: readonly Difference[]): readonly string[] {
  let text = `\n${lines.join('\n')}\n`;
  for (const { systemd, tysd, why: reason } of differences) {
    const parts = text.split(`\n${systemd}\n`);
    assert.ok(parts.length > 1, `systemd does not say "${systemd}" (${reason}), but\n${lines.join('\n')}`);
    text = parts.join(`\n${tysd}\n`);
  }
  return text.slice(1, -1).split('\n');
}

function unitFiles(cases: Readonly<Record<string, Case>>): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [name, one] of Object.entries(cases)) {
    for (const [path, text] of Object.entries(one.units ?? {})) {
      assert.ok(!(path in files), `${name}: ${path} is also a unit of another case`);
      files[path] = text.includes('DefaultDependencies=') || path.includes('/') ? text : `[Unit]\nDefaultDependencies=no\n${text}\n`;
    }
  }
  return files;
}

/** What tests may own on the system's bus. */
export const busPolicy = join(import.meta.dirname, 'helpers/bus-policy.conf');

/** What is there for every script. */
export const prelude = readFileSync(join(import.meta.dirname, 'helpers/prelude.sh'), 'utf8');

function wholeScript(cases: Readonly<Record<string, Case>>, most: number): string {
  const entries = Object.entries(cases);
  const functions = entries.map(([, one], index) => `case_${index}() {\n${one.script}\n}`);
  const together = entries.flatMap(([, one], index) => (one.alone === true ? [] : [index]));
  const alone = entries.flatMap(([, one], index) => (one.alone === true ? [index] : []));
  return [
    prelude,
    ...functions,
    'running=0',
    ...together.map(
      (index) => `[ $running -lt ${most} ] || wait -n; running=$((running + 1)); me=${index} case_${index} >/run/answers/${index} 2>&1 &`,
    ),
    'wait',
    ...alone.map((index) => `me=${index} case_${index} >/run/answers/${index} 2>&1`),
    ...entries.map(([name], index) => `echo '=== ${name.replaceAll("'", `'\\''`)}'; cat /run/answers/${index}`),
  ].join('\n');
}

/** What each boot's script prints is the answer in this one case. */
function singleScript({ script }: Case): string {
  return `${prelude}\ncase_0() {\n${script}\n}\nme=0 case_0 2>&1\n`;
}

function answers(output: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    output
      .split(/^=== /m)
      .slice(1)
      .map((part) => part.trimEnd().split('\n'))
      .map(([name, ...lines]) => [name ?? '', lines]),
  );
}

/** helpers/act.c as a program. */
export function compiledAct(): Program {
  return compiled(join(import.meta.dirname, 'helpers'), ['act.c', 'sockets.c', 'filters.c', 'cgroup-filters.c']);
}

/** A static program made from these files of a directory. */
export function compiled(from: string, names: readonly string[]): Program {
  return linked(from, names, ['-static']);
}

/** A shared library made from these files of a directory. */
export function compiledLibrary(from: string, names: readonly string[]): Program {
  return linked(from, names, ['-shared', '-fPIC']);
}

function linked(from: string, names: readonly string[], flags: readonly string[]): Program {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-program-'));
  const path = join(directory, 'program');
  const sources = names.map((name) => join(from, name));
  const made = spawnSync('cc', ['-std=gnu17', ...flags, '-O1', '-Wall', '-Wextra', '-Werror', '-o', path, ...sources], {
    encoding: 'utf8',
  });
  assert.equal(made.status, 0, made.stderr);
  return { path, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}
