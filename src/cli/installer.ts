import type { Client } from '../api/client.ts';
import type { Answer } from '../api/contract.ts';
import type { ApiError } from '../api/error.ts';
import type { InstallApi, InstallAction } from '../api/install.ts';
import { ok, type Result } from '../base/result.ts';
import type { Invocation, LocalPlace } from './invocation.ts';

/** Unit files and their links: those of the manager, or those on disk where there is none. */
export interface Installer {
  apply(operation: InstallAction, units: readonly string[]): Promise<Result<Answer<'install.enable'>, ApiError>>;
  list(): Promise<Result<Answer<'install.list'>, ApiError>>;
  states(units: readonly string[]): Promise<Result<Answer<'install.states'>, ApiError>>;
  defaultTarget(): Promise<Result<string, ApiError>>;
  /** The manager, which has to be told of changes; absent where there is none to tell. */
  readonly client?: Client;
}

/**
 * The manager's where one answers. With --root= or --global, and where no manager runs (as while an image is built), tysctl
 * does the work itself. An error is an exit status, after the message.
 */
export async function installerOf(invocation: Invocation): Promise<Result<Installer, number>> {
  const { options, services } = invocation;
  const uid = process.getuid?.() ?? 0;
  const local = async (scope: LocalPlace['scope']) =>
    ok(localInstaller(await services.localInstall({ scope, root: options.root ?? '' }), invocation));
  if (options.global) return local('global');
  const scope = options.scope ?? (uid === 0 ? 'system' : 'user');
  if (options.root !== undefined) return local(scope);
  const client = await invocation.connect();
  return client.ok ? ok(remoteInstaller(client.value, invocation)) : local(scope);
}

function remoteInstaller(client: Client, { options }: Invocation): Installer {
  return {
    client,
    apply: (operation, units) => client.call(`install.${operation}`, { units: [...units], ...flags(options) }),
    list: () => client.call('install.list', {}),
    states: (units) => client.call('install.states', { units: [...units] }),
    defaultTarget: () => client.call('install.default', {}),
  };
}

function localInstaller(install: InstallApi, { options }: Invocation): Installer {
  return {
    apply: (operation, units) => Promise.resolve(install.apply(operation, units, flags(options))),
    list: () => Promise.resolve(ok(install.list())),
    states: (units) => Promise.resolve(ok(units.map((unit) => install.state(unit) ?? null))),
    defaultTarget: () => Promise.resolve(install.defaultTarget()),
  };
}

function flags({ runtime, force, global, presetMode }: Invocation['options']) {
  return {
    runtime,
    force: force > 0,
    global,
    presetMode,
  } as const;
}
