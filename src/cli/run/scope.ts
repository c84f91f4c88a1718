import type { Client } from '../../api/client.ts';
import { scopeProperties } from './properties.ts';
import { fail, nameOf, type Run, start } from './run.ts';
import { executableOf, ownSlice } from './service.ts';

/** Becomes the command, in a scope of its own. */
export async function runScope(run: Run): Promise<number> {
  const { request, invocation, launcher } = run;
  const executable = executableOf(run);
  if (!executable.ok) return fail(run, executable.error);
  const unit = nameOf(run, 'scope');
  if (unit === undefined) return fail(run, 'Failed to mangle scope name: Invalid argument');
  const user = request.uid === undefined ? undefined : await launcher.account(request.uid);
  if (request.uid !== undefined && user === undefined) return fail(run, `Failed to resolve user ${request.uid}: No such process`);
  const group = request.gid === undefined ? user?.gid : await launcher.group(request.gid);
  if (request.gid !== undefined && group === undefined) return fail(run, `Failed to resolve group ${request.gid}: No such process`);
  const moved = request.workingDirectory === undefined ? undefined : changeDirectory(request.workingDirectory);
  if (moved !== undefined) return fail(run, moved);
  const properties = scopeProperties(request, { executable: executable.value, slice: ownSlice(), terminal: undefined });
  if (!properties.ok) return fail(run, properties.error);
  const started = await start(run, { kind: 'scope', unit, properties: properties.value, pids: [process.pid] });
  if (!started.ok) return started.error;
  const invocationId = await invocationOf(run, started.value, unit);
  // A condition has kept the scope from starting: the command would run outside of it.
  if (invocationId === '') return fail(run, `Failed to request invocation ID for scope: ${unit} was not started`);
  if (!request.quiet) invocation.terminal.tell(`Running scope as unit: ${unit}`);
  return launcher.become({
    executable: executable.value ?? '',
    argv: [executable.value ?? '', ...request.command.slice(1)],
    environment: {
      ...present(invocation.environment),
      ...(user === undefined ? {} : { HOME: user.home, SHELL: user.shell, USER: user.name, LOGNAME: user.name }),
      ...Object.fromEntries(request.environment.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)])),
      INVOCATION_ID: invocationId,
    },
    ...(request.nice === undefined ? {} : { nice: request.nice }),
    ...(user === undefined ? {} : { uid: user.uid, groups: [...new Set([...(group === undefined ? [] : [group]), ...user.groups])] }),
    ...(group === undefined ? {} : { gid: group }),
  });
}

/** Asked of the next manager where this one is lost meanwhile; '' for a scope that has not started. */
async function invocationOf(run: Run, client: Client, unit: string): Promise<string> {
  const told = await client.call('units.properties', { units: [unit] });
  client.close();
  if (told.ok) return told.value[0]?.['InvocationID'] ?? '';
  const next = told.error.code === 'connection-lost' ? await run.invocation.connect() : undefined;
  return next?.ok === true ? invocationOf(run, next.value, unit) : '';
}

/** Has the command begin in another directory; an error is a sentence. */
function changeDirectory(path: string): string | undefined {
  try {
    process.chdir(path);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason = code === 'ENOENT' ? 'No such file or directory' : code === 'ENOTDIR' ? 'Not a directory' : 'Permission denied';
    return `Failed to change directory to '${path}': ${reason}`;
  }
}

function present(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) found[name] = value;
  return found;
}
