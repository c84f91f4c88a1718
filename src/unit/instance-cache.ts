import type { UnitConfig } from './config.ts';
import { directoriesBeside, nothingBeside } from './drop-in.ts';
import type { Found } from './find.ts';
import type { UnitDirectory } from './unit-directory.ts';

/**
 * The configurations of templates that say the same of each instance: a socket with Accept=yes makes hundreds of instances a
 * second, and would read and judge the same lines for each.
 */
export class InstanceCache {
  readonly #configs = new Map<string, UnitConfig>();

  /** The configuration of another instance, where this one's can differ in nothing but the name. */
  find(found: Found, directory: UnitDirectory): UnitConfig | undefined {
    if (!isPlain(found) || !this.#configs.has(found.path)) return undefined;
    return directoriesBeside(directory, found.names) === nothingBeside ? this.#configs.get(found.path) : undefined;
  }

  /** Remembers a configuration if other instances have the same. */
  keep(found: Found, config: UnitConfig, directory: UnitDirectory): void {
    if (!isPlain(found) || config.load.state !== 'loaded' || directoriesBeside(directory, found.names) !== nothingBeside) return;
    const text = directory.content(found.path, true)?.text;
    // A specifier may stand for the instance.
    if (text?.assignments.every(({ value }) => !value.includes('%')) === true) this.#configs.set(found.path, config);
  }

  /** The files are others now. */
  clear(): void {
    this.#configs.clear();
  }
}

function isPlain(found: Found): found is Found & { readonly path: string } {
  return found.shared && found.path !== undefined && found.names.length === 1;
}
