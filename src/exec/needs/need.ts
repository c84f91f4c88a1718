import type { UnitConfig, UnitTypeName } from '../../unit/config.ts';
import type { Controller } from '../../unit/values/controller.ts';

/** What the kernel may be built without, or a container be kept from. */
export type KernelFeature =
  | 'seccomp'
  | 'mount namespaces'
  | 'network namespaces'
  | 'pid namespaces'
  | 'ipc namespaces'
  | 'uts namespaces'
  | 'user namespaces'
  | 'BPF'
  | 'BPF as a security module'
  | 'BPF tokens'
  | 'device filters'
  | 'SELinux'
  | 'AppArmor'
  | 'Smack'
  | 'same-page merging'
  | 'pressure stall information';

/** The kinds of namespaces, which any kernel of these years has where a container does not keep one from them. */
export const namespaces = [
  'mount namespaces',
  'network namespaces',
  'pid namespaces',
  'ipc namespaces',
  'uts namespaces',
  'user namespaces',
] as const satisfies readonly KernelFeature[];

/** One thing that a setting needs of the machine. */
export type Need =
  | `controller ${Controller}`
  | `capability ${string}`
  | `kernel ${KernelFeature}`
  | 'helper PAM'
  | 'right to make namespaces';

/** What a setting needs, and what becomes of a service where that is not there. */
export interface Requirement {
  readonly needs: readonly Need[];
  /** As systemd 252 has it: the service starts without the setting, or its start fails. */
  readonly without: 'ignored' | 'fails';
  /** It keeps the service from something, so that the policy `strict` will not do without. */
  readonly sandbox: boolean;
  /** Why the setting is carried out in another way than systemd's, and what that is. */
  readonly emulated?: string;
  /** How a controller of cgroup v1 carries it out, or why it does not; where that of cgroup v2 is not there. */
  readonly legacy?: { readonly emulated: string } | { readonly lacks: string };
  /** How the controller of cgroup v2 carries out what was meant for that of v1. */
  readonly unified?: { readonly emulated: string };
  /** What of it a unit does without on any machine, for what else it sets; undefined where it has all. */
  readonly partly?: (config: UnitConfig) => string | undefined;
  /** Why units of a type do without it on any machine. */
  readonly unreached?: Readonly<Partial<Record<UnitTypeName, string>>>;
}

/** What the machine has, as far as settings need it. */
export interface Machine {
  readonly controllers: ReadonlySet<string>;
  /** Those of them that have hierarchies of cgroup v1. */
  readonly legacy?: ReadonlySet<string>;
  /** Capabilities that the manager may use, as CAP_SYS_ADMIN. */
  readonly capabilities: ReadonlySet<string>;
  readonly features: ReadonlySet<string>;
  /** What the manager may do by itself or with the help of a user namespace: `to make namespaces`. */
  readonly rights: ReadonlySet<string>;
  /** What tysd was built with: `PAM`. */
  readonly helpers?: ReadonlySet<string>;
  /** Why no program of ours can be asked as a security module is, where it takes a closer look to tell; it is taken for units that need one only. */
  readonly withoutSecurityModule?: () => string | undefined;
}

/** The needs that the machine does not meet. */
export function unmetNeeds({ needs }: Requirement, machine: Machine): readonly Need[] {
  return needs.filter((need) => !isMet(need, machine));
}

/** The requirement's controller is one of cgroup v1. */
export function isLegacy({ needs }: Requirement, { legacy }: Machine): boolean {
  return legacy !== undefined && needs.some((need) => need.startsWith('controller ') && legacy.has(need.slice('controller '.length)));
}

/** What is missing, for people. */
export function describeNeed(need: Need, machine?: Machine): string {
  const [kind, name] = splitNeed(need);
  const closer = need === SECURITY_MODULE && machine?.features.has(name) === true ? machine.withoutSecurityModule?.() : undefined;
  return closer ?? said[kind](name);
}

const SECURITY_MODULE: Need = 'kernel BPF as a security module';

type Kind = 'controller' | 'capability' | 'kernel' | 'right' | 'helper';

const said: Readonly<Record<Kind, (name: string) => string>> = {
  controller: (name) => `there is no cgroup controller ${name} here`,
  capability: (name) => `the manager lacks ${name}`,
  helper: (name) => `tysd was built without ${name} here`,
  right: (name) => `the manager has no right ${name}`,
  kernel: (name) => `the kernel has no ${name}, or does not let us use it`,
};

function isMet(need: Need, machine: Machine): boolean {
  const [kind, name] = splitNeed(need);
  const has = {
    controller: machine.controllers,
    capability: machine.capabilities,
    kernel: machine.features,
    right: machine.rights,
    helper: machine.helpers ?? none,
  }[kind].has(name);
  return has && (need !== SECURITY_MODULE || machine.withoutSecurityModule?.() === undefined);
}

const none: ReadonlySet<string> = new Set();

function splitNeed(need: Need): readonly [Kind, string] {
  const space = need.indexOf(' ');
  const kind = need.slice(0, space);
  const name = need.slice(space + 1);
  return [kind === 'controller' || kind === 'capability' || kind === 'right' || kind === 'helper' ? kind : 'kernel', name];
}
