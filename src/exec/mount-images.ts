import type { ExecSettings } from '../unit/settings/exec.ts';
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

/** MountImages=: `[-]IMAGE:TARGET[:OPTIONS]`, where options may be those of one partition, `root:OPTIONS`. */
export function mountImages(exec: ExecSettings): readonly ImageMount[] {
  return exec.MountImages.flatMap((text) => {
    const optional = text.startsWith('-');
    const [source = '', path = '', ...rest] = (optional ? text.slice(1) : text).split(':');
    if (!source.startsWith('/') || !path.startsWith('/')) return [];
    return [{ path, source, optional, ...imageOptions(rest.join(':')) }];
  });
}

/** RootImageOptions= and the like: those that are attributes of the mount, and the file system's own. */
export function imageOptions(text: string): { readonly options: string; readonly attributes: number } {
  const words = text.split(/\s+/).flatMap((word) => word.replace(/^root:/, '').split(','));
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
