import type { Status } from './setting.ts';

/** Why groups of directives are read and checked but not acted on so far. */
export const later = {
  process: { notYet: 'this property of processes is not set so far' },
  sandbox: { notYet: 'this part of the sandbox is not made so far' },
  oomd: { accepted: 'it is for systemd-oomd, which does not watch the units of tysd' },
  resources: { notYet: 'this part of resource control is not carried out so far' },
} as const satisfies Readonly<Record<string, Status>>;
