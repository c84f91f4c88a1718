/** What is done to a path. Where several want different things of one path, the first in this order is done (systemd.exec(5)). */
export const mountModes = [
  'inaccessible',
  'overlay',
  'image',
  'bind',
  'bind-recursive',
  'private-tmp',
  'private-devices',
  'bind-devices',
  'empty',
  'system-information',
  'processes',
  'control-groups',
  'programs',
  'read-only',
  'read-write',
  'no-exec',
  'exec',
  'tmpfs',
  'run',
  'message-queues',
  'read-write-implicit',
] as const;

export type MountMode = (typeof mountModes)[number];

/** One line of the table of mounts: what a setting wants of a path. */
export interface MountEntry {
  /** In the new root. */
  readonly path: string;
  readonly mode: MountMode;
  /** The directive that wants it. */
  readonly setting: string;
  /** That the path, or what is to be mounted there, is missing is no error. */
  readonly optional?: boolean;
  /** What is bound there, in the old root; of private directories for temporary files, which of the space's. */
  readonly source?: string;
  /** The source is another's choice: symlinks on the way to it are followed. */
  readonly follow?: boolean;
  readonly layers?: readonly string[];
  /** Options of the file system. */
  readonly options?: string;
  /** Attributes of mount(2). */
  readonly attributes?: number;
  readonly readOnly?: boolean;
  readonly noExec?: boolean;
  readonly exec?: boolean;
  readonly noSuid?: boolean;
}
