import type { Status } from './setting.ts';

/** Why groups of directives are read and checked but not acted on. */
export const without = {
  oomd: { accepted: 'it is for systemd-oomd, which does not watch the units of tysd' },
  quotas: { accepted: 'tysd gives directories no project ids, as systemd does on file systems without project quotas' },
} as const satisfies Readonly<Record<string, Status>>;

/** Why groups of directives are not carried out so far; without them a service may do less than it asks for. */
export const later = {
  tokens: { notYet: 'the bpf file system of a service gives no rights away' },
  owners: { notYet: 'the namespaces of a service belong to its manager, also where it has a user namespace' },
} as const satisfies Readonly<Record<string, Status>>;
