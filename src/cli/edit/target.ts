import { existsSync } from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import type { Invocation } from '../invocation.ts';

/** Where edited files are written, the first place winning over the second. */
export interface EditPlaces {
  readonly persistent: string;
  readonly runtime: string;
}

/** The directories of the administrator, of the user, or with --global of all users. */
export function editPlaces({ options, environment }: Pick<Invocation, 'options' | 'environment'>, isRoot: boolean): EditPlaces {
  if (options.global) return { persistent: '/etc/systemd/user', runtime: '/run/systemd/user' };
  if ((options.scope ?? (isRoot ? 'system' : 'user')) === 'system')
    return { persistent: '/etc/systemd/system', runtime: '/run/systemd/system' };
  const { XDG_CONFIG_HOME: configuration, HOME: home = '/', XDG_RUNTIME_DIR: runtime = '/run/user' } = environment;
  return { persistent: `${configuration ?? `${home}/.config`}/systemd/user`, runtime: `${runtime}/systemd/user` };
}

/** The file that is to be written for a unit. An error is a sentence: something else would win over it. */
export function editTarget(unit: string, { options }: Pick<Invocation, 'options'>, places: EditPlaces): Result<string, string> {
  const leaf = options.full ? unit : `${unit}.d/${dropInName(options.dropIn ?? 'override')}`;
  const path = `${options.runtime ? places.runtime : places.persistent}/${leaf}`;
  const stronger = `${places.persistent}/${leaf}`;
  if (options.runtime && existsSync(stronger))
    return err(`Refusing to create "${path}" because it would be overridden by "${stronger}" anyway.`);
  return ok(path);
}

function dropInName(name: string): string {
  return name.endsWith('.conf') ? name : `${name}.conf`;
}
