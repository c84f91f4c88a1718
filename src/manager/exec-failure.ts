import type { Exit } from '../port/keeper.ts';
import { errorText } from './error-text.ts';

const ENOENT = 2;
const EXEC = 203;

/** The names of the exit statuses of a child that did not get as far as its program (systemd.exec(5), "Process Exit Codes"). */
const steps: Readonly<Record<number, string>> = {
  200: 'CHDIR',
  201: 'NICE',
  202: 'FDS',
  203: 'EXEC',
  204: 'MEMORY',
  205: 'LIMITS',
  206: 'OOM_ADJUST',
  207: 'SIGNAL_MASK',
  208: 'STDIN',
  209: 'STDOUT',
  210: 'CHROOT',
  211: 'IOPRIO',
  212: 'TIMERSLACK',
  213: 'SECUREBITS',
  214: 'SETSCHEDULER',
  215: 'CPUAFFINITY',
  216: 'GROUP',
  217: 'USER',
  218: 'CAPABILITIES',
  219: 'CGROUP',
  220: 'SETSID',
  221: 'CONFIRM',
  222: 'STDERR',
  224: 'PAM',
  225: 'NETWORK',
  226: 'NAMESPACE',
  227: 'NO_NEW_PRIVILEGES',
  228: 'SECCOMP',
  229: 'SELINUX_CONTEXT',
  230: 'PERSONALITY',
  231: 'APPARMOR_PROFILE',
  232: 'ADDRESS_FAMILIES',
  233: 'RUNTIME_DIRECTORY',
  235: 'CHOWN',
  236: 'SMACK_PROCESS_LABEL',
  237: 'KEYRING',
  238: 'STATE_DIRECTORY',
  239: 'CACHE_DIRECTORY',
  240: 'LOGS_DIRECTORY',
  241: 'CONFIGURATION_DIRECTORY',
  242: 'NUMA_POLICY',
  243: 'CREDENTIALS',
  245: 'BPF',
};

/** What went wrong before the program, for people. */
export function spawnFailure(exit: Exit, path: string): string {
  const step = steps[exit.status] ?? `of status ${exit.status}`;
  // A plan without a program, as one that opens sockets, is told about by those who made it.
  return path === '' ? `${errorText(exit.errno)} (step ${step})` : `Failed at step ${step} spawning ${path}: ${errorText(exit.errno)}`;
}

/** The program's file does not exist. */
export function isMissingProgram(exit: Exit): boolean {
  return exit.failedOp >= 0 && exit.status === EXEC && exit.errno === ENOENT;
}
