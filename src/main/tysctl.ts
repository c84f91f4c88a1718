import { runCli } from '../cli/main.ts';
import type { CliServices, ManagerPlace } from '../cli/invocation.ts';
import { openTerminal } from '../cli/output/open-terminal.ts';
import { lookAtTimeZone } from './local-time.ts';
import { version } from './version.ts';

/** tysctl and the tools whose names it goes by: gives them what they need of the rest of tysd, none of it before it is needed. */
export async function runTysctl(program: string, argv: readonly string[], self: readonly string[]): Promise<number> {
  lookAtTimeZone();
  const terminal = openTerminal(process.env, argv);
  const status = await runCli({ program, argv, terminal, services: servicesOf(self), environment: process.env });
  await terminal.finish();
  return status;
}

/** What the tools get from the rest of tysd. */
export function servicesOf(self: readonly string[]): CliServices {
  return {
    version,
    runLogs,
    logsOptions: async () => (await import('../journal/arguments.ts')).logsOptionForms(),
    recentLogs: async (request) => (await import('./logs.ts')).recentLogs(request),
    recordedHistory: async (place, words) => (await import('./logs.ts')).recordedHistory(place, words),
    localInstall: async (place) => (await import('./local.ts')).localInstall(place),
    localUnitFiles: async (place) => (await import('./local.ts')).localUnitFiles(place),
    generateUnits: async (scope) => (await import('./local-generators.ts')).generateUnits(scope),
    fileTree: async (root) => (await import('./local.ts')).fileTree(root),
    lintFiles: async (paths, options) => (await import('./local.ts')).localLint(paths, options),
    checkConditions: async (request) => (await import('./local-conditions.ts')).checkConditions(request),
    notify: async (message) => (await import('./notify.ts')).sendNotification(self, message),
    virtualization: async () => (await import('./local-conditions.ts')).virtualizationHere(),
    commandOf: (tool) => [...self.filter((word) => !word.startsWith('--as=')), `--as=${tool}`],
    messageBus: async (scope) => (await import('./message-bus.ts')).openMessageBus(scope),
    launcher: async () => (await import('./launcher.ts')).launcherOf(self),
  };
}

async function runLogs(argv: readonly string[], place: ManagerPlace): Promise<number> {
  return (await import('./logs.ts')).printLogs(argv, place);
}
