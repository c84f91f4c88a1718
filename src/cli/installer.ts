import { existsSync } from 'node:fs';
import type { Client } from '../api/client.ts';
import type { Answer } from '../api/contract.ts';
import type { ApiError } from '../api/error.ts';
import type { InstallApi, InstallAction, InstallRecord } from '../api/install.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Invocation, LocalPlace } from './invocation.ts';

/** Unit files and their links: those of the manager, or those on disk where there is none. */
export interface Installer {
  apply(operation: InstallAction, units: readonly string[]): Promise<Result<Answer<'install.enable'>, InstallTrouble>>;
  list(): Promise<Result<Answer<'install.list'>, ApiError>>;
  /** The state of each unit file, or what errno(3) calls the reason why it has none. */
  states(units: readonly string[]): Promise<Result<readonly Result<string, string>[], ApiError>>;
  /** The links by which a unit file is enabled. */
  links(unit: string): Promise<Result<readonly string[], ApiError>>;
  defaultTarget(): Promise<Result<string, ApiError>>;
  /** The manager, which has to be told of changes; absent where there is none to tell. */
  readonly client?: Client;
}

/** Why an operation failed, and what was done and found all the same. */
export interface InstallTrouble {
  readonly message: string;
  readonly records: readonly InstallRecord[];
}

/**
 * The manager's where one answers. With --root= or --global, and where no manager runs (as while an image is built), tysctl
 * does the work itself. An error is an exit status, after the message.
 */
export async function installerOf(invocation: Invocation): Promise<Result<Installer, number>> {
  const { options, services, verb, terminal } = invocation;
  const { root = '/' } = options;
  if (!existsSync(root)) {
    if (!looksFirst.has(verb)) return ok(nothingThere);
    terminal.fail(`Failed to initialize unit search paths for root directory ${root}: ${missing}`);
    return err(1);
  }
  const uid = process.getuid?.() ?? 0;
  const local = async (scope: LocalPlace['scope']) =>
    ok(localInstaller(await services.localInstall({ scope, root: options.root ?? '' }), invocation));
  if (options.global) return local('global');
  const scope = options.scope ?? (uid === 0 ? 'system' : 'user');
  if (options.root !== undefined) return local(scope);
  const client = await invocation.connect();
  return client.ok ? ok(remoteInstaller(client.value, invocation)) : local(scope);
}

const missing = 'No such file or directory';

/** Verbs that look at the unit files before they do anything, and word it so. */
const looksFirst: ReadonlySet<string> = new Set(['enable', 'disable', 'is-enabled']);

/** Of a root directory that does not exist: it is not made, as a mistyped name would have links made in it. */
const nothingThere: Installer = {
  apply: () => Promise.resolve(err({ message: missing, records: [] })),
  list: () => Promise.resolve(err({ code: 'failed', message: missing })),
  states: () => Promise.resolve(err({ code: 'failed', message: missing })),
  links: () => Promise.resolve(err({ code: 'failed', message: missing })),
  defaultTarget: () => Promise.resolve(err({ code: 'failed', message: missing })),
};

function remoteInstaller(client: Client, { options }: Invocation): Installer {
  return {
    client,
    apply: async (operation, units) => {
      const answer = await client.call(`install.${operation}`, { units: [...units], ...flags(options) });
      // Through the manager nothing is told of what was done before the trouble.
      return answer.ok ? answer : err({ message: answer.error.message, records: [] });
    },
    list: () => client.call('install.list', {}),
    states: async (units) => {
      const answer = await client.call('install.states', { units: [...units] });
      return answer.ok ? ok(answer.value.map((state) => (state === null ? err('No such file or directory') : ok(state)))) : answer;
    },
    links: (unit) => client.call('install.links', { unit, runtime: options.runtime, global: options.global }),
    defaultTarget: () => client.call('install.default', {}),
  };
}

function localInstaller(install: InstallApi, { options }: Invocation): Installer {
  return {
    apply: (operation, units) => {
      const outcome = install.apply(operation, units, flags(options));
      return Promise.resolve(outcome.ok ? outcome : err({ message: outcome.error.errno, records: outcome.error.records }));
    },
    list: () => Promise.resolve(ok(install.list())),
    states: (units) => Promise.resolve(ok(units.map((unit) => install.stateOrErrno(unit)))),
    links: (unit) => Promise.resolve(ok(install.links(unit, flags(options)))),
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
