import { requirements } from '../exec/verdict.ts';
import { describeNeed, type Machine, namespaces, unmetNeeds } from '../exec/needs/need.ts';
import type { Files } from '../port/files.ts';
import { applyText } from '../unit/apply.ts';
import type { Diagnostic } from '../unit/diagnostic.ts';
import { UnitDraft } from '../unit/draft.ts';
import { type LintFile, type LintOptions, type LintTarget, placeOf } from '../unit/lint/file.ts';
import type { Finding } from '../unit/lint/finding.ts';
import { applyRules } from '../unit/lint/rules.ts';
import { valueFix } from '../unit/lint/told.ts';
import { parseUnitName } from '../unit/name.ts';
import { specifiersOf, type SpecifierFacts } from '../unit/specifiers.ts';
import { parseUnitText } from '../unit/syntax.ts';
import { UnitFileReader } from './unit-files.ts';

/** Looks at unit files and drop-ins by their paths, without a manager, for what is wrong and what had better be otherwise. */
export function lintFiles(paths: readonly string[], options: LintOptions, files: Files, facts: SpecifierFacts): readonly Finding[] {
  return paths
    .flatMap((path) => unitFilesAt(path, files))
    .flatMap((path) => lintFile(path, options, files, facts).toSorted((a, b) => a.line - b.line || a.column - b.column));
}

/** The file, or the unit files and drop-ins in a directory. */
function unitFilesAt(path: string, files: Files): readonly string[] {
  if (files.statFollow(path).kind !== 'directory') return [path];
  const names = files.list(path).filter((name) => parseUnitName(name).ok || name.endsWith('.conf'));
  return names.map((name) => `${path === '/' ? '' : path}/${name}`).filter((each) => files.statFollow(each).kind === 'file');
}

function lintFile(path: string, options: LintOptions, files: Files, facts: SpecifierFacts): readonly Finding[] {
  const whole = (code: string, message: string, severity: Finding['severity'] = 'error'): readonly Finding[] => [
    { severity, code, message, path, line: 0, column: 0 },
  ];
  if (files.realPath(path) === '/dev/null') return whole('masked', 'the unit is masked: nothing can start it', 'note');
  const bytes = files.read(path);
  if (bytes === undefined) return whole('unreadable', 'there is no such file, or it cannot be read');
  const { name, isDropIn } = unitOf(path);
  const parsed = parseUnitName(name);
  if (!parsed.ok) return whole('bad-name', `${name} is no name of a unit`);
  const file: LintFile = { path, name, type: parsed.value.type, isDropIn, text: parseUnitText(bytes) };
  return [...loaded(file, files, facts), ...applyRules(file, options), ...needs(file, options.target), ...modes(path, files)];
}

/** A drop-in is of the unit that its directory names. */
function unitOf(path: string): { readonly name: string; readonly isDropIn: boolean } {
  const [file = '', directory = ''] = path.split('/').toReversed();
  const of = /^(.+)\.d$/.exec(directory)?.[1];
  if (!file.endsWith('.conf') || of === undefined) return { name: file, isDropIn: false };
  // service.d is for all services.
  return { name: of.includes('.') ? of.replace(/-\.(\w+)$/, '-x.$1') : `any.${of}`, isDropIn: true };
}

/** What reading the unit has to say, but for what the rules say better; of a drop-in only what its own lines are. */
function loaded(file: LintFile, files: Files, facts: SpecifierFacts): readonly Finding[] {
  const { path, name, isDropIn } = file;
  if (isDropIn) return told(ownDiagnostics(file, facts), file);
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  const [found] = new UnitFileReader(files, [directory], facts).verify([`${directory}/${name}`]);
  if (found === undefined) return [];
  const refusal: readonly Finding[] =
    found.load === 'loaded' || found.diagnostics.some(({ severity }) => severity === 'error')
      ? []
      : [{ severity: 'error', code: 'not-loaded', message: found.loadReason ?? `it is ${found.load}`, path, line: 0, column: 0 }];
  return [...refusal, ...told(found.diagnostics, file)];
}

/** What is to be said about the lines of a drop-in, whatever the unit's other files say. */
function ownDiagnostics({ path, name, type, text }: LintFile, facts: SpecifierFacts): readonly Diagnostic[] {
  const draft = new UnitDraft(name, type);
  applyText(draft, path, text, { specifiers: specifiersOf(name, facts), scope: facts.scope, notices: true });
  return draft.diagnostics();
}

function told(diagnostics: readonly Diagnostic[], { path, text }: LintFile): readonly Finding[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.path === path && !ruled.has(diagnostic.code) && !diagnostic.message.includes('legacy directory'))
    .map((diagnostic) => {
      const finding = { ...diagnostic, severity: diagnostic.severity === 'notice' ? ('note' as const) : diagnostic.severity };
      const fix = valueFix(finding, text);
      return fix === undefined ? finding : { ...finding, fix };
    });
}

/** What has a rule of its own, with a fix; so has the legacy directory. */
const ruled: ReadonlySet<string> = new Set(['old-spelling', 'unknown-key']);

/** What there is at the least: Docker's defaults, and a user's manager on a machine without delegation. */
const machines: Readonly<Partial<Record<LintTarget, Machine>>> = {
  container: {
    controllers: new Set(),
    capabilities: new Set(
      (
        'CAP_AUDIT_WRITE CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_MKNOD CAP_NET_BIND_SERVICE CAP_NET_RAW ' +
        'CAP_SETFCAP CAP_SETGID CAP_SETPCAP CAP_SETUID CAP_SYS_CHROOT'
      ).split(' '),
    ),
    features: new Set(['seccomp', ...namespaces.filter((kind) => kind !== 'user namespaces')]),
    rights: new Set(),
  },
  user: {
    controllers: new Set(['cpu', 'memory', 'pids']),
    capabilities: new Set(),
    features: new Set(['seccomp', ...namespaces]),
    rights: new Set(['to make namespaces']),
  },
};

const whereText: Readonly<Record<LintTarget, string>> = {
  container: 'in a container with usual rights',
  user: "under a user's manager",
  system: 'on this system',
};

/** What becomes of a unit that asks for what systemd insists on. In a container that may not mount, tysd goes without (Sandbox=lenient). */
const failure: Readonly<Record<LintTarget, string>> = {
  container: 'tysd as process 1 starts the unit without it, systemd does not start it',
  user: 'the unit does not start',
  system: 'the unit does not start',
};

/** Settings that are not carried out where the unit is meant to run. */
function needs(file: LintFile, target: LintTarget | undefined): readonly Finding[] {
  const machine = target === undefined ? undefined : machines[target];
  if (target === undefined || machine === undefined) return [];
  return file.text.assignments.flatMap((at): readonly Finding[] => {
    const requirement = placeOf(file, at) === undefined ? undefined : requirements[at.key];
    if (requirement === undefined || ['', 'no', 'false', 'off', '0'].includes(at.value)) return [];
    const [unmet] = unmetNeeds(requirement, machine);
    if (unmet === undefined) return [];
    const fails = requirement.without === 'fails';
    const outcome = fails ? failure[target] : 'the unit starts without it';
    return [
      {
        severity: fails ? 'warning' : 'note',
        code: 'needs-rights',
        message: `${at.key}= has no effect ${whereText[target]} (${describeNeed(unmet, machine)}): ${outcome}`,
        path: file.path,
        line: at.line,
        column: at.keyColumn,
      },
    ];
  });
}

/** As systemd warns of them. */
function modes(path: string, files: Files): readonly Finding[] {
  const { mode } = files.statFollow(path);
  const say = (code: string, message: string): Finding => ({ severity: 'warning', code, message, path, line: 0, column: 0 });
  return [
    ...((mode & 0o111) === 0 ? [] : [say('executable-file', 'the file is marked executable; unit files are not executed')]),
    ...((mode & 0o002) === 0 ? [] : [say('writable-file', 'everybody can write to the file, and so run what he likes')]),
  ];
}
