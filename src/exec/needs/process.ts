import type { Requirement } from './need.ts';

/** What a process is given by the kernel that a kernel may lack, or that takes a capability. */
export const processNeeds: Readonly<Record<string, Requirement>> = {
  CapabilityBoundingSet: { needs: ['capability CAP_SETPCAP'], without: 'fails', sandbox: true },
  AmbientCapabilities: { needs: ['capability CAP_SETPCAP'], without: 'fails', sandbox: false },
  DynamicUser: { needs: ['capability CAP_SETUID'], without: 'fails', sandbox: true },
  PAMName: { needs: ['helper PAM'], without: 'ignored', sandbox: true },
  SELinuxContext: { needs: ['kernel SELinux'], without: 'ignored', sandbox: true },
  AppArmorProfile: { needs: ['kernel AppArmor'], without: 'ignored', sandbox: true },
  SmackProcessLabel: { needs: ['kernel Smack'], without: 'ignored', sandbox: true },
  MemoryKSM: { needs: ['kernel same-page merging'], without: 'ignored', sandbox: false },
};
