import { analyzeBlame, analyzeBootTime } from '../analyze/boot-time.ts';
import { analyzeCalendar } from '../analyze/calendar.ts';
import type { AnalyzeRun } from '../analyze/call.ts';
import { analyzeCondition } from '../analyze/condition.ts';
import { analyzeCatConfig } from '../analyze/cat-config.ts';
import { analyzeCompareVersions } from '../analyze/compare-versions.ts';
import { analyzeCriticalChain } from '../analyze/critical-chain.ts';
import { analyzeDot } from '../analyze/dot.ts';
import { analyzeFileSystems } from '../analyze/filesystems.ts';
import { analyzeArchitectures, analyzeHasTpm, analyzePcrs, analyzeSmbios } from '../analyze/machine.ts';
import { analyzeTransientSettings } from '../analyze/transient-settings.ts';
import { analyzeUnitFiles } from '../analyze/unit-files.ts';
import { analyzeDump } from '../analyze/dump.ts';
import { analyzeLogLevel, analyzeLogTarget, analyzeServiceWatchdogs } from '../analyze/manager-settings.ts';
import { parseAnalyze } from '../analyze/options.ts';
import { analyzePlot } from '../analyze/plot.ts';
import { analyzeSecurity } from '../analyze/security.ts';
import { analyzeSystemCallFilter } from '../analyze/system-call-filter.ts';
import { analyzeCapability, analyzeExitStatus } from '../analyze/tables.ts';
import { analyzeTimespan, analyzeTimestamp } from '../analyze/time.ts';
import { analyzeUnitPaths } from '../analyze/unit-paths.ts';
import { analyzeVerify } from '../analyze/verify.ts';
import type { Invocation, ManagerPlace } from '../invocation.ts';
import type { Call } from '../main.ts';
import { versionLines } from './help.ts';

interface Verb {
  readonly least: number;
  /** How many words it takes at most; without it, any number. */
  readonly most?: number;
  readonly run: AnalyzeRun;
  readonly usage: string;
  readonly doc: string;
}

/** The verbs of systemd-analyze(1) that tysd has. */
const verbs: Readonly<Record<string, Verb>> = {
  time: { least: 0, most: 0, run: analyzeBootTime, usage: '', doc: 'Tell how long the boot took' },
  blame: { least: 0, most: 0, run: analyzeBlame, usage: '', doc: 'List what took time to start, the slowest first' },
  'critical-chain': { least: 0, run: analyzeCriticalChain, usage: '[UNIT…]', doc: 'Show what units had to wait for last' },
  plot: { least: 0, most: 0, run: analyzePlot, usage: '', doc: 'Draw the boot as a picture (SVG)' },
  dot: { least: 0, run: analyzeDot, usage: '[PATTERN…]', doc: 'Print the graph of dependencies for dot(1)' },
  dump: { least: 0, run: analyzeDump, usage: '[PATTERN…]', doc: 'Print all that the manager knows' },
  'log-level': {
    least: 0,
    most: 1,
    run: analyzeLogLevel,
    usage: '[LEVEL]',
    doc: 'Show or set how important a message must be to be logged',
  },
  'log-target': { least: 0, most: 1, run: analyzeLogTarget, usage: '[TARGET]', doc: 'Show where the log goes' },
  'service-watchdogs': {
    least: 0,
    most: 1,
    run: analyzeServiceWatchdogs,
    usage: '[BOOL]',
    doc: 'Show or set whether watchdogs of services are acted on',
  },
  'unit-paths': { least: 0, run: analyzeUnitPaths, usage: '', doc: 'List the directories in which unit files are looked for' },
  'unit-files': { least: 0, run: analyzeUnitFiles, usage: '[PATTERN…]', doc: 'List the files and other names of units' },
  'exit-status': { least: 0, run: analyzeExitStatus, usage: '[STATUS…]', doc: 'List the exit statuses that have names' },
  capability: { least: 0, run: analyzeCapability, usage: '[CAPABILITY…]', doc: 'List the capabilities of Linux' },
  filesystems: { least: 0, run: analyzeFileSystems, usage: '[SET…]', doc: 'List the sets of types of file systems' },
  architectures: { least: 0, run: analyzeArchitectures, usage: '[NAME…]', doc: 'List architectures, and which are those of this machine' },
  condition: { least: 0, run: analyzeCondition, usage: 'ASSIGNMENT…', doc: 'Tell which conditions and asserts hold' },
  security: { least: 0, run: analyzeSecurity, usage: '[UNIT|FILE…]', doc: 'Tell how exposed services are, and to what' },
  'syscall-filter': { least: 0, run: analyzeSystemCallFilter, usage: '[NAME…]', doc: 'List the system calls that filter sets have' },
  'compare-versions': {
    least: 2,
    most: 3,
    run: analyzeCompareVersions,
    usage: 'VERSION1 [OP] VERSION2',
    doc: 'Tell which version is newer',
  },
  verify: { least: 1, run: analyzeVerify, usage: 'FILE…', doc: 'Check unit files' },
  'cat-config': { least: 1, run: analyzeCatConfig, usage: 'NAME|PATH…', doc: 'Print a configuration file and its drop-ins' },
  'transient-settings': {
    least: 1,
    run: analyzeTransientSettings,
    usage: 'TYPE…',
    doc: 'List what systemd-run can set for units of a type',
  },
  'has-tpm2': { least: 0, most: 0, run: analyzeHasTpm, usage: '', doc: 'Tell what of a TPM 2 the machine has' },
  pcrs: { least: 0, run: analyzePcrs, usage: '[PCR…]', doc: 'Print the registers of the TPM' },
  smbios11: { least: 0, most: 0, run: analyzeSmbios, usage: '', doc: 'Print what the hypervisor tells by SMBIOS' },
  calendar: { least: 1, run: analyzeCalendar, usage: 'EXPRESSION…', doc: 'Tell when calendar expressions elapse' },
  timestamp: { least: 1, run: analyzeTimestamp, usage: 'EXPRESSION…', doc: 'Read points in time' },
  timespan: { least: 1, run: analyzeTimespan, usage: 'EXPRESSION…', doc: 'Read spans of time' },
};

/** What completes `analyze`. */
export function analyzeVerbs(): readonly { readonly word: string; readonly doc: string }[] {
  return Object.entries(verbs).map(([word, { doc }]) => ({ word, doc }));
}

/** Verbs of systemd-analyze that tysd does not have, and why: refused, so that no script takes silence for success. */
const refused: Readonly<Record<string, string>> = {
  'inspect-elf': 'tysd reads no ELF files: try readelf -n, or file',
  malloc: 'the manager is no C program, so there is no allocator to tell of: try tysctl show --property=MemoryCurrent',
  srk: 'tysd encrypts nothing with a TPM: try tpm2_readpublic, or systemd-analyze of systemd',
  fdstore: 'the manager knows only how many descriptors a service has stored: try systemctl show --property=NFileDescriptorStore UNIT',
  'image-policy': 'tysd mounts no images, so it has no policies for them',
  chid: 'tysd does not boot machines, so it computes no hardware ids: try systemd-analyze of systemd',
};

/** What verbs were called before; those that took or wanted a word, and those that took none. */
const former: Readonly<Record<string, Verb>> = {
  'set-log-level': { least: 1, most: 1, run: analyzeLogLevel, usage: 'LEVEL', doc: '' },
  'get-log-level': { least: 0, most: 0, run: analyzeLogLevel, usage: '', doc: '' },
  'set-log-target': { least: 1, most: 1, run: analyzeLogTarget, usage: 'TARGET', doc: '' },
  'get-log-target': { least: 0, most: 0, run: analyzeLogTarget, usage: '', doc: '' },
};

/** systemd-analyze(1). */
export async function runAnalyze({ argv, terminal, services, environment }: Call, place: ManagerPlace): Promise<number> {
  const refuse = (message: string): number => {
    terminal.warn(message);
    return 1;
  };
  const parsed = parseAnalyze(argv);
  if (!parsed.ok) return refuse(parsed.error);
  const { options } = parsed.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? help() : versionLines('systemd-analyze', services.version)) terminal.print(line);
    return 0;
  }
  const [word = 'time', ...words] = parsed.value.words;
  const verb = [verbs, former].find((table) => Object.hasOwn(table, word))?.[word];
  if (verb === undefined) {
    return refuse(
      Object.hasOwn(refused, word) ? `The verb ${word} is not there: ${refused[word] ?? ''}.` : `Unknown command verb ${word}.`,
    );
  }
  if (words.length < verb.least) return refuse('Too few arguments.');
  if (words.length > (verb.most ?? words.length)) return refuse('Too many arguments.');
  return verb.run({ verb: word, words, options, place, terminal, services, environment });
}

/** The same as a verb of tysctl. */
export function runAnalyzeVerb({ words, options, terminal, services, environment }: Invocation): Promise<number> {
  return runAnalyze({ program: 'systemd-analyze', argv: words, terminal, services, environment }, options);
}

function help(): readonly string[] {
  const lines = Object.entries(verbs).map(([name, { usage, doc }]) => `  ${`${name} ${usage}`.trimEnd().padEnd(28)} ${doc}`);
  return [
    'systemd-analyze [OPTION…] VERB …',
    '',
    'Look into unit files, and into what may be written in them.',
    '',
    ...lines,
    '',
    '  --user, --system, --global   Which manager is meant; unit-paths only: the paths for all users',
    '  --iterations=N, --base-time= calendar: how often it elapses, counted from then',
    '  --unit=UNIT                  condition: those of this unit',
    '  --threshold=N, --offline=    security: fail above this exposure; the words are paths of files',
    '  --json=short|pretty          security: as JSON',
    '  --root=DIR                   condition, verify: below another root',
  ];
}
