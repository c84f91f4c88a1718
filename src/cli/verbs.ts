import { insightVerbs } from './insight-verbs.ts';
import type { Run } from './invocation.ts';

/** One verb: how many words follow it, the code that carries it out (loaded when it is needed), and what it does. */
export interface Verb {
  readonly least: number;
  readonly most: number;
  readonly load: () => Promise<Run>;
  readonly group: Group;
  /** How the words after it are called in the help. */
  readonly usage: string;
  readonly doc: string;
}

export type Group = 'Units' | 'Unit files' | 'Jobs' | 'Environment' | 'Manager' | 'System' | 'Insight';

const many = Number.POSITIVE_INFINITY;
const start = () => import('./commands/start.ts').then((module) => module.runStart);
const enable = () => import('./commands/enable.ts').then((module) => module.runEnable);
const leave = () => import('./commands/poweroff.ts').then((module) => module.runPoweroff);
const logs = () => import('./commands/logs.ts').then((module) => module.runLogsVerb);
const sleep = () => import('./commands/sleep.ts').then((module) => module.runSleep);
const bind = () => import('./commands/bind.ts').then((module) => module.runBind);
const serviceLog = () => import('./commands/service-log.ts').then((module) => module.runServiceLog);
const freeze = () => import('./commands/freeze.ts').then((module) => module.runFreeze);
const setting = () => import('./commands/manager-settings.ts').then((module) => module.runManagerSetting);
/** The code of verbs that tysd refuses. */
export const refused = () => import('./commands/refused.ts').then((module) => module.runRefused);

/** Every verb of tysctl and systemctl. */
export const verbs: Readonly<Record<string, Verb>> = {
  start: verb('Units', 'UNIT…', 1, many, start, 'Start units'),
  stop: verb('Units', 'UNIT…', 1, many, start, 'Stop units'),
  restart: verb('Units', 'UNIT…', 1, many, start, 'Stop and start units, or start them'),
  'try-restart': verb('Units', 'UNIT…', 1, many, start, 'Restart units that are active'),
  condrestart: verb('Units', 'UNIT…', 1, many, start, 'Another name of try-restart'),
  reload: verb('Units', 'UNIT…', 1, many, start, 'Ask units to read their configuration again'),
  'reload-or-restart': verb('Units', 'UNIT…', 0, many, start, 'Reload units if they can, else restart or start them'),
  'try-reload-or-restart': verb('Units', 'UNIT…', 1, many, start, 'Reload units that are active if they can, else restart them'),
  'force-reload': verb('Units', 'UNIT…', 1, many, start, 'Another name of try-reload-or-restart'),
  'reload-or-try-restart': verb('Units', 'UNIT…', 1, many, start, 'Another name of try-reload-or-restart'),
  condreload: verb('Units', 'UNIT…', 1, many, start, 'Another name of try-reload-or-restart'),
  condstop: verb('Units', 'UNIT…', 1, many, start, 'Another name of stop'),
  isolate: verb('Units', 'UNIT', 1, 1, start, 'Start one unit and stop all others'),
  kill: verb(
    'Units',
    'UNIT…',
    0,
    many,
    () => import('./commands/kill.ts').then((m) => m.runKill),
    'Send a signal to the processes of units',
  ),
  'reset-failed': verb(
    'Units',
    '[UNIT…]',
    0,
    many,
    () => import('./commands/reset-failed.ts').then((m) => m.runResetFailed),
    'Clear the failed state of units, or of all',
  ),
  status: verb('Units', '[UNIT…|PID…]', 0, many, () => import('./commands/status.ts').then((m) => m.runStatus), 'Show the state of units'),
  show: verb(
    'Units',
    '[UNIT…]',
    0,
    many,
    () => import('./commands/show.ts').then((m) => m.runShow),
    'Show the properties of units, or of the manager',
  ),
  cat: verb('Units', 'UNIT…', 1, many, () => import('./commands/cat.ts').then((m) => m.runCat), 'Show the files of units'),
  'is-active': verb(
    'Units',
    'UNIT…',
    1,
    many,
    () => import('./commands/is-active.ts').then((m) => m.runIsActive),
    'Tell whether units are active',
  ),
  'is-failed': verb(
    'Units',
    'UNIT…',
    1,
    many,
    () => import('./commands/is-active.ts').then((m) => m.runIsFailed),
    'Tell whether units have failed',
  ),
  help: verb(
    'Units',
    'UNIT…',
    1,
    many,
    () => import('./commands/unit-help.ts').then((m) => m.runUnitHelp),
    'Show the manual pages that units name',
  ),
  'list-units': verb(
    'Units',
    '[PATTERN…]',
    0,
    many,
    () => import('./commands/list-units.ts').then((m) => m.runListUnits),
    'List the units that are loaded',
  ),
  'list-sockets': verb(
    'Units',
    '[PATTERN…]',
    0,
    many,
    () => import('./commands/list-sockets.ts').then((m) => m.runListSockets),
    'List socket units by what they listen on',
  ),
  'list-timers': verb(
    'Units',
    '[PATTERN…]',
    0,
    many,
    () => import('./commands/list-timers.ts').then((m) => m.runListTimers),
    'List timer units by when they elapse',
  ),
  'list-paths': verb(
    'Units',
    '[PATTERN…]',
    0,
    many,
    () => import('./commands/list-paths.ts').then((m) => m.runListPaths),
    'List path units by what they watch',
  ),
  'list-dependencies': verb(
    'Units',
    '[UNIT…]',
    0,
    many,
    () => import('./commands/list-dependencies.ts').then((m) => m.runListDependencies),
    'Show what units need, as a tree',
  ),
  'list-unit-files': verb(
    'Unit files',
    '[PATTERN…]',
    0,
    many,
    () => import('./commands/list-unit-files.ts').then((m) => m.runListUnitFiles),
    'List unit files',
  ),
  'is-enabled': verb(
    'Unit files',
    'UNIT…',
    1,
    many,
    () => import('./commands/is-enabled.ts').then((m) => m.runIsEnabled),
    'Tell whether unit files are enabled',
  ),
  enable: verb('Unit files', '[UNIT…|PATH…]', 1, many, enable, 'Make the links that start units at boot'),
  disable: verb('Unit files', 'UNIT…', 1, many, enable, 'Remove the links that start units at boot'),
  reenable: verb('Unit files', 'UNIT…', 1, many, enable, 'Disable unit files, then enable them'),
  preset: verb('Unit files', 'UNIT…', 1, many, enable, 'Enable or disable unit files as the preset files say'),
  'preset-all': verb('Unit files', '', 0, 0, enable, 'Enable or disable all unit files as the preset files say'),
  mask: verb('Unit files', 'UNIT…', 1, many, enable, 'Make it impossible to start units'),
  unmask: verb('Unit files', 'UNIT…', 1, many, enable, 'Make it possible again to start units'),
  link: verb('Unit files', 'PATH…', 1, many, enable, 'Link unit files into the search path'),
  revert: verb('Unit files', 'UNIT…', 1, many, enable, "Go back to the vendor's unit files"),
  'add-wants': verb('Unit files', 'TARGET UNIT…', 2, many, enable, 'Make a target want units'),
  'add-requires': verb('Unit files', 'TARGET UNIT…', 2, many, enable, 'Make a target require units'),
  'get-default': verb(
    'Unit files',
    '',
    0,
    0,
    () => import('./commands/default-target.ts').then((m) => m.runGetDefault),
    'Show the default target',
  ),
  'set-default': verb(
    'Unit files',
    'TARGET',
    1,
    1,
    () => import('./commands/default-target.ts').then((m) => m.runSetDefault),
    'Set the default target',
  ),
  'list-jobs': verb('Jobs', '[PATTERN…]', 0, many, () => import('./commands/list-jobs.ts').then((m) => m.runListJobs), 'List jobs'),
  cancel: verb('Jobs', '[JOB…]', 0, many, () => import('./commands/cancel.ts').then((m) => m.runCancel), 'Cancel jobs, or all'),
  'show-environment': verb(
    'Environment',
    '',
    0,
    0,
    () => import('./commands/environment.ts').then((m) => m.runShowEnvironment),
    'Show the environment of services',
  ),
  'set-environment': verb(
    'Environment',
    'NAME=VALUE…',
    1,
    many,
    () => import('./commands/environment.ts').then((m) => m.runSetEnvironment),
    'Set variables in it',
  ),
  'unset-environment': verb(
    'Environment',
    'NAME…',
    1,
    many,
    () => import('./commands/environment.ts').then((m) => m.runUnsetEnvironment),
    'Remove variables from it',
  ),
  'import-environment': verb(
    'Environment',
    '[NAME…]',
    0,
    many,
    () => import('./commands/environment.ts').then((m) => m.runImportEnvironment),
    "Set variables in it to the caller's values",
  ),
  'daemon-reload': verb(
    'Manager',
    '',
    0,
    0,
    () => import('./commands/daemon-reload.ts').then((m) => m.runDaemonReload),
    'Read all unit files afresh',
  ),
  'daemon-reexec': verb(
    'Manager',
    '',
    0,
    0,
    () => import('./commands/daemon-reload.ts').then((m) => m.runDaemonReexec),
    'Replace the manager process by a new one',
  ),
  'is-system-running': verb(
    'Manager',
    '',
    0,
    0,
    () => import('./commands/is-system-running.ts').then((m) => m.runIsSystemRunning),
    'Tell the overall state',
  ),
  default: verb('System', '', 0, 0, start, 'Go to the default target'),
  rescue: verb('System', '', 0, 0, start, 'Go to the rescue target'),
  emergency: verb('System', '', 0, 0, start, 'Go to the emergency target'),
  halt: verb('System', '', 0, 0, leave, 'Stop all units and halt the machine'),
  poweroff: verb('System', '', 0, 0, leave, 'Stop all units and power the machine off'),
  reboot: verb('System', '', 0, 1, leave, 'Stop all units and start the machine again'),
  kexec: verb('System', '', 0, 0, leave, 'Stop all units and start the kernel that was loaded'),
  exit: verb('System', '[STATUS]', 0, 1, leave, 'Stop all units and end the manager'),
  ...insightVerbs,
  logs: verb('Insight', '[OPTION…]', 0, many, logs, "Show logs (journalctl's options)"),
  run: verb(
    'Units',
    '[OPTION…] COMMAND…',
    0,
    many,
    () => import('./commands/run.ts').then((m) => m.runRunVerb),
    "Run a command as a unit (systemd-run's options)",
  ),
  top: verb(
    'Insight',
    '[OPTION…] [CGROUP]',
    0,
    many,
    () => import('./commands/top.ts').then((m) => m.runTopVerb),
    "Show what cgroups use, again and again (systemd-cgtop's options)",
  ),
  analyze: verb(
    'Insight',
    'VERB…',
    0,
    many,
    () => import('./commands/analyze.ts').then((m) => m.runAnalyzeVerb),
    "Look into unit files (systemd-analyze's verbs)",
  ),
  plan: verb(
    'Insight',
    'UNIT…|--diff UNIT FILE',
    1,
    many,
    () => import('./commands/plan.ts').then((m) => m.runPlan),
    'Show every operation that the processes of a unit begin with',
  ),
  verify: verb(
    'Insight',
    'FILE|UNIT…',
    1,
    many,
    () => import('./commands/verify.ts').then((m) => m.runVerify),
    'Check unit files; does without a manager',
  ),
  version: verb(
    'Insight',
    '',
    0,
    0,
    () => import('./commands/version.ts').then((m) => m.runVersion),
    'Show the versions of tysctl and of the manager',
  ),
  completion: verb(
    'Insight',
    'bash|zsh|fish',
    1,
    1,
    () => import('./commands/complete.ts').then((m) => m.runCompletion),
    'Print what a shell loads to complete command lines',
  ),
  clean: verb(
    'Units',
    'UNIT…',
    1,
    many,
    () => import('./commands/clean.ts').then((m) => m.runClean),
    'Remove the directories of inactive units',
  ),
  freeze: verb('Units', 'UNIT…', 1, many, freeze, 'Freeze the processes of units'),
  thaw: verb('Units', 'UNIT…', 1, many, freeze, 'Let the processes of units go on that are frozen'),
  'set-property': verb(
    'Units',
    'UNIT NAME=VALUE…',
    2,
    many,
    () => import('./commands/set-property.ts').then((m) => m.runSetProperty),
    'Set properties of a unit, now and for good',
  ),
  abandon: verb(
    'Units',
    'SCOPE…',
    1,
    many,
    () => import('./commands/abandon.ts').then((m) => m.runAbandon),
    'Let go of the processes of scopes',
  ),
  'list-automounts': verb(
    'Units',
    '[PATTERN…]',
    0,
    many,
    () => import('./commands/list-automounts.ts').then((m) => m.runListAutomounts),
    'List automount units',
  ),
  edit: verb(
    'Unit files',
    'UNIT…',
    1,
    many,
    () => import('./commands/edit.ts').then((m) => m.runEdit),
    'Edit drop-ins of units, or with --full their files',
  ),
  'list-machines': verb(
    'System',
    '[NAME…]',
    0,
    many,
    () => import('./commands/list-machines.ts').then((m) => m.runListMachines),
    'Show this machine; there are no others',
  ),
  ...Object.fromEntries(
    ['suspend', 'hibernate', 'hybrid-sleep', 'suspend-then-hibernate'].map((name) => [
      name,
      verb('System', '', 0, 0, sleep, 'Refused: tysd puts no machine to sleep'),
    ]),
  ),
  bind: verb('Units', 'UNIT PATH [PATH]', 2, 3, bind, 'Bind a path of the machine into the view of a service that runs'),
  'mount-image': verb('Units', 'UNIT IMAGE PATH [OPTIONS]', 3, 4, bind, 'Mount an image in the view of a service that runs'),
  'service-log-level': verb('Units', 'SERVICE [LEVEL]', 1, 2, serviceLog, 'Ask a service on the message bus what it logs, or set it'),
  'service-log-target': verb('Units', 'SERVICE [TARGET]', 1, 2, serviceLog, 'Ask a service on the message bus where it logs to, or set it'),
  'log-level': verb('Manager', '[LEVEL]', 0, 1, setting, 'Show or set how important a message of the manager must be to be logged'),
  'log-target': verb('Manager', '[TARGET]', 0, 1, setting, 'Show where the log of the manager goes'),
  'service-watchdogs': verb('Manager', '[BOOL]', 0, 1, setting, 'Show or set whether watchdogs of services are acted on'),
  ...Object.fromEntries(['switch-root', 'whoami'].map((name) => [name, verb('Units', '', 0, many, refused, 'Refused')])),
};

function verb(group: Group, usage: string, least: number, most: number, load: () => Promise<Run>, doc: string): Verb {
  return { group, usage, least, most, load, doc };
}

/** What follows these verbs is for another tool, with options of its own. */
export const toolVerbs: ReadonlySet<string> = new Set(['logs', 'run', 'top', 'analyze', 'complete']);
