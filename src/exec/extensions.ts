import type { ExecSettings } from '../unit/settings/exec.ts';
import { rootOptions } from '../unit/values/image.ts';
import { imageOptions } from './mount-images.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';

/** A directory of ExtensionDirectories=, and whether it is an extension of this system (systemd-sysext(8)). */
export interface Extension {
  readonly path: string;
  readonly state: 'fits' | 'missing' | 'unnamed' | 'foreign';
  /** The hierarchies that it has: `/usr`, `/opt`. */
  readonly hierarchies: readonly string[];
}

/** The hierarchies that extensions may have. */
export const hierarchies = ['/usr', '/opt'] as const;

/** Whether an extension with this release file is one of the system: any, or of the same distribution and level or version. */
export function fits(release: Readonly<Record<string, string>>, system: Readonly<Record<string, string>>): boolean {
  if (release['ID'] === '_any') return true;
  if (release['ID'] === undefined || release['ID'] !== system['ID']) return false;
  const level = release['SYSEXT_LEVEL'];
  if (level !== undefined && system['SYSEXT_LEVEL'] !== undefined) return level === system['SYSEXT_LEVEL'];
  return system['VERSION_ID'] === undefined || release['VERSION_ID'] === system['VERSION_ID'];
}

/** The errno of a start with an extension that is not there or does not say what it is for (ENOENT) or of another system (ESTALE); undefined where all are well. */
export function extensionError(exec: ExecSettings, extensions: readonly Extension[]): number | undefined {
  for (const { path, ignoreMissing } of exec.ExtensionDirectories) {
    const state = extensions.find((each) => each.path === path)?.state ?? 'fits';
    if (state === 'foreign') return ESTALE;
    if (state === 'unnamed' || (state === 'missing' && !ignoreMissing)) return ENOENT;
  }
  return undefined;
}

/** One of ExtensionImages=, and where it is mounted to be laid over the system's hierarchies: in the old root, so that the process does not see it. */
interface ExtensionImage {
  readonly path: string;
  readonly place: string;
  readonly optional: boolean;
  readonly options: string;
}

/** The images of ExtensionImages=, each with a place of its own. */
export function extensionImages(exec: ExecSettings, { directories }: Pick<ExecContext, 'directories'>): readonly ExtensionImage[] {
  return exec.ExtensionImages.map(({ source, ignoreMissing, options }, index) => ({
    path: source,
    place: `${directories.runtime}/systemd/unit-extensions/${index}`,
    optional: ignoreMissing,
    options: rootOptions(options),
  }));
}

/** Mounts the images, as far as they are extensions of this system. */
export function extensionImageOps(exec: ExecSettings, context: ExecContext): readonly Op[] {
  const { ID = '', SYSEXT_LEVEL = '', VERSION_ID = '' } = context.osRelease ?? {};
  return extensionImages(exec, context).map(({ path, place, optional, options }) => ({
    op: 'extension-image',
    path,
    place,
    ...imageOptions(options),
    name: path.slice(path.lastIndexOf('/') + 1).replace(/\.raw$/, ''),
    release: [ID, SYSEXT_LEVEL, VERSION_ID],
    how: optional ? 1 : 0,
    setting: 'ExtensionImages',
  }));
}

const ENOENT = 2;
const ESTALE = 116;
