import type { ExecSettings } from '../unit/settings/exec.ts';
import { rootOptions } from '../unit/values/image.ts';
import type { ExecRequest } from './request.ts';

/** The directory that becomes the root of the process, '' for that of an image; undefined where it keeps that of the machine. */
export function rootOf(request: ExecRequest, exec: Pick<ExecSettings, 'RootImage' | 'RootDirectory'>): string | undefined {
  if (request.config.service?.RootDirectoryStartOnly === true && request.list !== 'ExecStart') return undefined;
  if (exec.RootImage !== '') return '';
  return exec.RootDirectory === '' || exec.RootDirectory === '/' ? undefined : exec.RootDirectory;
}

/** One of MountImages=: the image, where it is mounted, and how. */
export interface ImageMount {
  readonly path: string;
  readonly source: string;
  readonly optional: boolean;
  readonly options: string;
  readonly attributes: number;
}

/** The images of MountImages=; that an image has one file system, which is mounted as that of the root, is all that is known here. */
export function mountImages(exec: ExecSettings): readonly ImageMount[] {
  return exec.MountImages.map(({ source, destination, ignoreMissing, options }) => ({
    path: destination,
    source,
    optional: ignoreMissing,
    ...imageOptions(rootOptions(options)),
  }));
}

/** Options with commas between them: those that are attributes of the mount, and the file system's own. */
export function imageOptions(text: string): { readonly options: string; readonly attributes: number } {
  const words = text.split(',');
  const own = words.filter((word) => word !== '' && !(word in attributeWords));
  return { options: own.join(','), attributes: words.reduce((sum, word) => sum | (attributeWords[word] ?? 0), 0) };
}

const attributeWords: Readonly<Record<string, number>> = {
  ro: 0x1,
  rw: 0,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  noatime: 0x400,
  nodiratime: 0x800,
  relatime: 0x200000,
  strictatime: 0x1000000,
  defaults: 0,
};
