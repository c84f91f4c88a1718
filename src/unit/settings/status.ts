import type { Status } from './setting.ts';

/** Why groups of directives are read and checked but not acted on. */
export const without = {
  oomd: { accepted: 'it is for systemd-oomd, which does not watch the units of tysd' },
  quotas: { accepted: 'tysd gives directories no project ids, as systemd does on file systems without project quotas' },
} as const satisfies Readonly<Record<string, Status>>;
