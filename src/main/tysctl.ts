import { spawnSync } from 'node:child_process';
import { runCli } from '../cli/main.ts';
import type { CliServices } from '../cli/invocation.ts';
import { connectToManager } from '../cli/place.ts';
import { openTerminal } from '../cli/output/open-terminal.ts';
import { findKeeper } from './keeper-path.ts';
import { defaultStateDirectory } from './runtime-directory.ts';
import { version } from './version.ts';

/** tysctl and the tools whose names it goes by: gives them what they need of the rest of tysd, none of it before it is needed. */
export async function runTysctl(program: string, argv: readonly string[], self: readonly string[]): Promise<number> {
  const terminal = await openTerminal(process.env, argv);
  const status = await runCli({ program, argv, terminal, services: servicesOf(self), environment: process.env });
  await terminal.finish();
  return status;
}

function servicesOf(self: readonly string[]): CliServices {
  return {
    version,
    runLogs,
    recentLogs: async (request) => (await import('./logs.ts')).recentLogs(request),
    localInstall: async (place) => (await import('./local.ts')).localInstall(place),
    localUnitFiles: async (place) => (await import('./local.ts')).localUnitFiles(place),
    notify: (text, pid) => Promise.resolve(notify(self, text, pid)),
  };
}

async function runLogs(argv: readonly string[], place: { readonly runtimeDirectory: string | undefined }): Promise<number> {
  const { printLogs } = await import('./logs.ts');
  return printLogs(argv, await stateDirectoryOf(place.runtimeDirectory));
}

/** The manager knows where its journal is; where none answers, the usual place is the best guess. */
async function stateDirectoryOf(runtimeDirectory: string | undefined): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const client = await connectToManager({ scope: undefined, runtimeDirectory, uid, environment: process.env });
  if (!client.ok) return defaultStateDirectory(uid === 0 ? 'system' : 'user', process.env);
  const info = await client.value.call('manager.info', {});
  client.value.close();
  return info.ok ? info.value.stateDirectory : defaultStateDirectory(uid === 0 ? 'system' : 'user', process.env);
}

/** sendmsg(2) with credentials is out of JavaScript's reach; the keeper's program can do it. */
function notify(self: readonly string[], text: string, pid: number | undefined): boolean {
  const keeper = findKeeper(self);
  if (keeper === undefined) return false;
  const words = text.split('\n').filter((line) => line !== '');
  return (
    spawnSync(keeper, ['--notify', `--pid=${pid ?? process.ppid}`, ...words], { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  );
}
