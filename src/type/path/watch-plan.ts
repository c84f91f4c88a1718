import type { Op, Plan } from '../../exec/op.ts';
import type { PathSettings, Watch } from '../../unit/settings/path.ts';

/** The descriptors of one generation of watches. */
export interface WatchNames {
  /** Says that it is time to look whether a path is there. */
  readonly above: string;
  /** Says that the path changed: one for each of PathChanged= and PathModified=, by its place in the settings. */
  readonly self: ReadonlyMap<number, string>;
}

/** How the keeper calls the descriptors that a child made: those that replace others have other names, so that no event of the old ones is lost. */
export function watchNames(unit: string, settings: PathSettings, maker: number): WatchNames {
  const base = `path/${unit}/${maker}`;
  const self = settings.Watch.flatMap(({ kind }, index): (readonly [number, string])[] =>
    tellsItself[kind] ? [[index, `${base}/${index}`]] : [],
  );
  return { above: `${base}/above`, self: new Map(self) };
}

/** Makes the directories, where that is asked for, and the watches. */
export function watchPlan(settings: PathSettings, names: WatchNames, options: { readonly makeDirectories: boolean }): Plan {
  const slots = new Map([...names.self.keys()].map((index, at) => [index, at + 1]));
  const watches = settings.Watch.map(({ kind, path }, index): Op => ({
    op: 'watch-path',
    aboveSlot: 0,
    selfSlot: slots.get(index) ?? 0,
    path,
    mask: masks[kind],
  }));
  return [
    ...(options.makeDirectories && settings.MakeDirectory ? settings.Watch.flatMap((watch) => makeDirectory(watch, settings)) : []),
    { op: 'inotify', slot: 0 },
    ...[...slots.values()].map((slot): Op => ({ op: 'inotify', slot })),
    ...watches,
    { op: 'keep', slot: 0, name: names.above },
    ...[...names.self].map(([index, name]): Op => ({ op: 'keep', slot: slots.get(index) ?? 0, name })),
    { op: 'exit', status: 0 },
  ];
}

/** What is watched, in one text. */
export function watchText({ Watch: watches }: PathSettings): string {
  return watches.map(({ kind, path }) => `${kind}=${path}`).join('\n');
}

/** Whether a change of the path itself triggers, and not only that it is there. */
export const tellsItself: Readonly<Record<Watch['kind'], boolean>> = {
  PathExists: false,
  PathExistsGlob: false,
  PathChanged: true,
  PathModified: true,
  DirectoryNotEmpty: false,
};

/** Events of inotify(7). */
const IN = {
  modify: 0x2,
  attributes: 0x4,
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  deleteSelf: 0x400,
  moveSelf: 0x800,
} as const;

const itself = IN.deleteSelf | IN.moveSelf | IN.attributes;
const changes = itself | IN.closeWrite | IN.create | IN.delete | IN.movedFrom | IN.movedTo;

const masks: Readonly<Record<Watch['kind'], number>> = {
  PathExists: itself,
  PathExistsGlob: itself,
  PathChanged: changes,
  PathModified: changes | IN.modify,
  DirectoryNotEmpty: itself | IN.create | IN.movedTo,
};

/** A path that is to be there is not made, as that would be the trigger. One that cannot be made is watched for all the same. */
function makeDirectory({ kind, path }: Watch, { DirectoryMode: mode }: PathSettings): readonly Op[] {
  if (kind === 'PathExists' || kind === 'PathExistsGlob') return [];
  return [
    { op: 'mkdir-parents', path, mode, tolerate: true },
    { op: 'mkdir', path, mode, tolerate: true },
  ];
}
