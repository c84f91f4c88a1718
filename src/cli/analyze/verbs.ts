import { analyzeBlame, analyzeBootTime } from './boot-time.ts';
import { analyzeCalendar } from './calendar.ts';
import type { AnalyzeRun } from './call.ts';
import { analyzeCondition } from './condition.ts';
import { analyzeCatConfig } from './cat-config.ts';
import { analyzeCompareVersions } from './compare-versions.ts';
import { analyzeCriticalChain } from './critical-chain.ts';
import { analyzeDot } from './dot.ts';
import { analyzeFileSystems } from './filesystems.ts';
import { analyzeInspectElf } from './inspect-elf.ts';
import { analyzeArchitectures, analyzeHasTpm, analyzePcrs, analyzeSmbios } from './machine.ts';
import { analyzeTransientSettings } from './transient-settings.ts';
import { analyzeUnitFiles } from './unit-files.ts';
import { analyzeDump } from './dump.ts';
import { analyzeLogLevel, analyzeLogTarget, analyzeServiceWatchdogs } from './manager-settings.ts';
import { analyzePlot } from './plot.ts';
import { analyzeSecurity } from './security.ts';
import { analyzeSystemCallFilter } from './system-call-filter.ts';
import { analyzeCapability, analyzeExitStatus } from './tables.ts';
import { analyzeTimespan, analyzeTimestamp } from './time.ts';
import { analyzeUnitPaths } from './unit-paths.ts';
import { analyzeVerify } from './verify.ts';

/** A verb of systemd-analyze. */
export interface AnalyzeVerb {
  /** What it is about, as a headline of the help. */
  readonly group: 'The boot' | 'The manager' | 'Units' | 'Words' | 'The machine';
  readonly least: number;
  /** How many words it takes at most; without it, any number. */
  readonly most?: number;
  readonly run: AnalyzeRun;
  readonly usage: string;
  readonly doc: string;
}

/** The verbs of systemd-analyze(1) that tysd has. */
export const analyzeVerbs: Readonly<Record<string, AnalyzeVerb>> = {
  time: { group: 'The boot', least: 0, most: 0, run: analyzeBootTime, usage: '', doc: 'Tell how long the boot took' },
  blame: { group: 'The boot', least: 0, most: 0, run: analyzeBlame, usage: '', doc: 'List what took time to start, the slowest first' },
  'critical-chain': {
    group: 'The boot',
    least: 0,
    run: analyzeCriticalChain,
    usage: '[UNIT…]',
    doc: 'Show what units had to wait for last',
  },
  plot: { group: 'The boot', least: 0, most: 0, run: analyzePlot, usage: '', doc: 'Draw the boot as a picture (SVG)' },
  dot: { group: 'Units', least: 0, run: analyzeDot, usage: '[PATTERN…]', doc: 'Print the graph of dependencies for dot(1)' },
  dump: { group: 'The manager', least: 0, run: analyzeDump, usage: '[PATTERN…]', doc: 'Print all that the manager knows' },
  'log-level': {
    group: 'The manager',
    least: 0,
    most: 1,
    run: analyzeLogLevel,
    usage: '[LEVEL]',
    doc: 'Show or set how important a message must be to be logged',
  },
  'log-target': { group: 'The manager', least: 0, most: 1, run: analyzeLogTarget, usage: '[LOG-TARGET]', doc: 'Show where the log goes' },
  'service-watchdogs': {
    group: 'The manager',
    least: 0,
    most: 1,
    run: analyzeServiceWatchdogs,
    usage: '[BOOL]',
    doc: 'Show or set whether watchdogs of services are acted on',
  },
  'unit-paths': {
    group: 'Units',
    least: 0,
    run: analyzeUnitPaths,
    usage: '',
    doc: 'List the directories in which unit files are looked for',
  },
  'unit-files': { group: 'Units', least: 0, run: analyzeUnitFiles, usage: '[PATTERN…]', doc: 'List the files and other names of units' },
  'exit-status': { group: 'Words', least: 0, run: analyzeExitStatus, usage: '[STATUS…]', doc: 'List the exit statuses that have names' },
  capability: { group: 'Words', least: 0, run: analyzeCapability, usage: '[CAPABILITY…]', doc: 'List the capabilities of Linux' },
  filesystems: { group: 'Words', least: 0, run: analyzeFileSystems, usage: '[SET…]', doc: 'List the sets of types of file systems' },
  architectures: {
    group: 'The machine',
    least: 0,
    run: analyzeArchitectures,
    usage: '[ARCHITECTURE…]',
    doc: 'List architectures, and which are those of this machine',
  },
  condition: { group: 'Units', least: 0, run: analyzeCondition, usage: 'ASSIGNMENT…', doc: 'Tell which conditions and asserts hold' },
  security: { group: 'Units', least: 0, run: analyzeSecurity, usage: '[UNIT|FILE…]', doc: 'Tell how exposed services are, and to what' },
  'syscall-filter': {
    group: 'Words',
    least: 0,
    run: analyzeSystemCallFilter,
    usage: '[SET…]',
    doc: 'List the system calls that filter sets have',
  },
  'compare-versions': {
    group: 'Words',
    least: 2,
    most: 3,
    run: analyzeCompareVersions,
    usage: 'VERSION1 [OP] VERSION2',
    doc: 'Tell which version is newer',
  },
  verify: { group: 'Units', least: 1, run: analyzeVerify, usage: 'FILE…', doc: 'Check unit files' },
  'cat-config': {
    group: 'Units',
    least: 1,
    run: analyzeCatConfig,
    usage: 'PATH|NAME…',
    doc: 'Print a configuration file and its drop-ins',
  },
  'transient-settings': {
    group: 'Words',
    least: 1,
    run: analyzeTransientSettings,
    usage: 'TYPE…',
    doc: 'List what systemd-run can set for units of a type',
  },
  'has-tpm2': { group: 'The machine', least: 0, most: 0, run: analyzeHasTpm, usage: '', doc: 'Tell what of a TPM 2 the machine has' },
  pcrs: { group: 'The machine', least: 0, run: analyzePcrs, usage: '[PCR…]', doc: 'Print the registers of the TPM' },
  smbios11: { group: 'The machine', least: 0, most: 0, run: analyzeSmbios, usage: '', doc: 'Print what the hypervisor tells by SMBIOS' },
  'inspect-elf': {
    group: 'The machine',
    least: 1,
    run: analyzeInspectElf,
    usage: 'FILE…',
    doc: 'Tell what ELF files are, and of which package',
  },
  calendar: { group: 'Words', least: 1, run: analyzeCalendar, usage: 'EXPRESSION…', doc: 'Tell when calendar expressions elapse' },
  timestamp: { group: 'Words', least: 1, run: analyzeTimestamp, usage: 'EXPRESSION…', doc: 'Read points in time' },
  timespan: { group: 'Words', least: 1, run: analyzeTimespan, usage: 'EXPRESSION…', doc: 'Read spans of time' },
};

/** Verbs of systemd-analyze that tysd does not have, and why: refused, so that no script takes silence for success. */
export const refusedVerbs: Readonly<Record<string, string>> = {
  malloc: 'the manager is no C program, so there is no allocator to tell of: try tysctl show --property=MemoryCurrent',
  srk: 'tysd encrypts nothing with a TPM: try tpm2_readpublic, or systemd-analyze of systemd',
  fdstore: 'the manager knows only how many descriptors a service has stored: try systemctl show --property=NFileDescriptorStore UNIT',
  'image-policy': 'tysd mounts no images, so it has no policies for them',
  chid: 'tysd does not boot machines, so it computes no hardware ids: try systemd-analyze of systemd',
};

/** What verbs were called before; those that took or wanted a word, and those that took none. */
export const formerVerbs: Readonly<Record<string, AnalyzeVerb>> = {
  'set-log-level': { group: 'The manager', least: 1, most: 1, run: analyzeLogLevel, usage: 'LEVEL', doc: '' },
  'get-log-level': { group: 'The manager', least: 0, most: 0, run: analyzeLogLevel, usage: '', doc: '' },
  'set-log-target': { group: 'The manager', least: 1, most: 1, run: analyzeLogTarget, usage: 'TARGET', doc: '' },
  'get-log-target': { group: 'The manager', least: 0, most: 0, run: analyzeLogTarget, usage: '', doc: '' },
};
