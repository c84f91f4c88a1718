import { imageOptions } from './mount-images.ts';
import type { Op, Plan } from './op.ts';

/** What is to be mounted for a process that runs, in its own view of the file system (systemctl(1), bind and mount-image). */
export interface LiveMount {
  /** A file or directory to bind, or an image of a file system. */
  readonly source: string;
  readonly target: string;
  /** Options of the image's file system; undefined where the source is bound. */
  readonly image: { readonly options: string } | undefined;
  readonly readOnly: boolean;
  /** Whether what is missing of the target is made. */
  readonly make: boolean;
  readonly process: ProcessId;
}

/** A process by its number and its start (proc(5), stat), as the number alone may be another's by now. */
export interface ProcessId {
  readonly pid: number;
  readonly start: bigint;
}

/** How long it may take, as of a file system that does not answer. */
const LIMIT_SEC = 60;

/** The plan of a child that mounts it. */
export function liveMountPlan(mount: LiveMount): Plan {
  return [
    { op: 'signals', ignorePipe: 0 },
    { op: 'setsid' },
    { op: 'umask', mask: 0o022 },
    { op: 'alarm', seconds: LIMIT_SEC },
    ...mountingOps(mount),
    { op: 'exit', status: 0 },
  ];
}

function mountingOps({ source, target, image, readOnly, make, process }: LiveMount): readonly Op[] {
  const own = readOnly ? READ_ONLY : 0;
  const how = make ? PRIVATE : EXISTING;
  if (image === undefined) {
    return [
      { op: 'clone-tree', slot: 0, path: source, attributes: own },
      { op: 'join-view', ...process },
      { op: 'attach-tree', slot: 0, target, how },
    ];
  }
  const { options, attributes } = imageOptions(image.options);
  return [
    { op: 'join-view', ...process },
    { op: 'mount-image', path: source, target, options, attributes: attributes | own, how },
  ];
}

const READ_ONLY = 1;
const EXISTING = 16;
/** Nobody but root may use what is made, where it is not covered. */
const PRIVATE = 32;
