import type { ExecSettings } from '../../unit/settings/exec.ts';

/** Each setting of rights on eBPF, and the option of the file system that gives them away (kernel documentation, "BPF Token"). */
const options = {
  BPFDelegateCommands: 'delegate_cmds',
  BPFDelegateMaps: 'delegate_maps',
  BPFDelegatePrograms: 'delegate_progs',
  BPFDelegateAttachments: 'delegate_attachs',
} as const;

/** What the service's own BPF file system gives away, as its options; empty where that is nothing. */
export function delegatedRights(exec: ExecSettings): readonly (readonly [option: string, value: string])[] {
  if (!exec.PrivateBPF) return [];
  return (['BPFDelegateCommands', 'BPFDelegateMaps', 'BPFDelegatePrograms', 'BPFDelegateAttachments'] as const).flatMap((setting) => {
    const mask = exec[setting] ?? 0n;
    return mask === 0n ? [] : [[options[setting], `0x${mask.toString(16)}`] as const];
  });
}
