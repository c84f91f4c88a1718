import type { Status } from './setting.ts';

/** Why groups of directives are read and checked but not acted on so far. */
export const later = {
  process: { notYet: 'this property of processes is not carried out yet' },
  sandbox: { notYet: 'sandboxing is not carried out yet' },
  oomd: { accepted: 'it is for systemd-oomd, which does not watch the units of tysd' },
  resources: { notYet: 'resource control is not carried out yet' },
} as const satisfies Readonly<Record<string, Status>>;
