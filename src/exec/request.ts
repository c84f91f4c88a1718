import type { OutputDefaults } from '../unit/standard-outputs.ts';
import type { UnitConfig } from '../unit/config.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import type { ResourceDefaults } from './cgroup/need.ts';
import type { FileOpenHook } from './bpf/file-open.ts';
import type { CgroupFacts } from './cgroup-filters.ts';
import type { Machine } from './needs/need.ts';
import type { Extension } from './extensions.ts';
import type { CredentialSource, OpenedCredentials } from './credentials.ts';
import type { Inheritance } from './inheritance.ts';
import type { Op } from './op.ts';
import type { SandboxPolicy } from './verdict.ts';
import type { NativeArchitecture } from './seccomp/architecture.ts';
import type { Command } from '../unit/values/types.ts';

/** The lists of commands that units have, in the order in which they run. */
export const commandLists = [
  'ExecCondition',
  'ExecStartPre',
  'ExecStart',
  'ExecStartPost',
  'ExecReload',
  'ExecReloadPost',
  'ExecStop',
  'ExecStopPre',
  'ExecStopPost',
] as const;

export type CommandList = (typeof commandLists)[number];

/** Commands that no unit file has, since a type has them by itself; named as systemd shows them. */
export type OwnList = 'ExecMount' | 'ExecRemount' | 'ExecUnmount' | 'ExecActivate' | 'ExecDeactivate';

/** What a unit type asks for when it wants a process; with an ExecContext it compiles to a plan. */
export interface ExecRequest {
  readonly config: UnitConfig;
  readonly command: Command;
  /** Which Exec*= list the command is of: it decides over stdin, notify access, passed descriptors and environment. */
  readonly list: CommandList | OwnList;
  /** The command is the unit's main process, rather than a control process. */
  readonly main: boolean;
  readonly invocationId: string;
  /** What the manager tells this process (systemd.exec(5), "Environment variables set or propagated by the service manager"), as NAME=value. */
  readonly environment: readonly string[];
  /** Held descriptors to pass from 3 on, with the names for LISTEN_FDNAMES. */
  readonly descriptors: readonly {
    readonly held: string;
    readonly name: string;
    /** It comes from the fd store rather than from a socket unit, so O_NONBLOCK is left as the service set it. */
    readonly stored?: boolean;
    /** Extended attributes that it gets before, as NAME=value. */
    readonly attributes?: readonly string[];
  }[];
  /** Give the process $NOTIFY_SOCKET. */
  readonly notify: boolean;
  /** Give the process $WATCHDOG_USEC. */
  readonly watchdogUsec?: number;
  /** Type=idle: exec only when the job queue is empty, or after 5 s. */
  readonly idle: boolean;
  /** For StandardInput=socket and its kin: the held descriptor. */
  readonly socket?: string;
  /** Held descriptors that are standard input, output and error, whatever the settings say (`systemd-run --pipe`). */
  readonly streams?: readonly string[];
  /** What the child does before all else, as the manager's own user. */
  readonly first?: readonly Op[];
  /** Stay in the keeper's session and process group, by which the kernel knows who may pass an automount point. */
  readonly sameSession?: boolean;
}

/** An account, as the machine's databases have it. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  /** The gids of the groups that have it as a member; the primary one is not among them. */
  readonly groups: readonly number[];
}

/** What the processes of a run share: private directories for temporary files, and namespaces that the keeper holds. */
export interface Space {
  /** Nobody can guess it. */
  readonly id: string;
  /** The unit that it was made for, which may have ended while others that joined it go on. */
  readonly owner: string;
  /** The directories, if there are any: each is root's alone and has a `tmp` in it. Units may have other ones in the same space, where the owner has none. */
  readonly tmp?: { readonly tmp: string; readonly varTmp: string };
  /** The directory of the throw-away copy of the unit's root, if it has one; it is not shared with other units. */
  readonly root?: string;
}

/** Facts of the machine and the manager that a plan depends on; gathered by the manager at each spawn. */
export interface ExecContext extends OutputDefaults {
  /** The same object as long as all is the same here that is not gathered for a unit; without it nothing is remembered from one plan for the next. */
  readonly standing?: object;
  readonly scope: 'system' | 'user';
  /** The effective uid of the manager is 0. */
  readonly privileged: boolean;
  /** The manager's own account, which a unit without User= runs as. */
  readonly self: Account;
  /** The account of User=, if set and found. */
  readonly account?: Account;
  /** The uid that is the unit's dynamic user's, if it has one and there is one. */
  readonly dynamicUid?: number;
  /** The gid of Group=, if set and found. */
  readonly gid?: number;
  /** The gids of SupplementaryGroups=. */
  readonly supplementary: readonly number[];
  /** Environment block of the manager that every process starts from, as NAME=value. */
  readonly environment: readonly string[];
  /** The manager process's own environment, for PassEnvironment=. */
  readonly ownEnvironment: Readonly<Record<string, string | undefined>>;
  /** The content of each file of EnvironmentFile=, in order; '' for one that is missing and optional, its path for one that is missing and is not. */
  readonly environmentFiles: readonly (string | { readonly missing: string })[];
  /** What the processes of the unit share, and perhaps other units with them (JoinsNamespaceOf=). */
  readonly space?: Space;
  /** Paths that settings name and that lead elsewhere through symlinks, as seen in the new root: where they lead. */
  readonly links?: ReadonlyMap<string, string>;
  /** What the system says of itself in os-release(5), where images are to be extensions of it. */
  readonly osRelease?: Readonly<Record<string, string>>;
  /** What is known of the directories of ExtensionDirectories=. */
  readonly extensions?: readonly Extension[];
  /** Directory of the files that cover what is inaccessible. */
  readonly inaccessible: string;
  /** The files of OpenFile= with `graceful` that cannot be opened. */
  readonly unopenable?: readonly string[];
  /** Path of $NOTIFY_SOCKET. */
  readonly notifySocket: string;
  /** %t, %S, %C, %L, %E: /run, /var/lib, … or the user's. */
  readonly directories: Pick<SpecifierFacts['directories'], 'runtime' | 'state' | 'cache' | 'logs' | 'configuration'>;
  /** DefaultLimit*= of the manager, by name without the word. */
  readonly limits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  /** What processes have from the manager though no unit says it. */
  readonly inherited?: Inheritance;
  /** Where the credentials of LoadCredential= and ImportCredential= come from. */
  readonly credentials?: readonly CredentialSource[];
  /** What the unit has of encrypted credentials. */
  readonly openedCredentials?: OpenedCredentials;
  /** The nodes of NUMAMask= and their CPUs, for a unit that speaks of them. */
  readonly numa?: { readonly nodes: readonly number[]; readonly cpus: readonly number[] };
  /** The program that opens PAM sessions, where tysd was built with it. */
  readonly sessionProgram?: string;
  /** A fresh id for the output stream of this process. */
  readonly stream: bigint;
  /** What is said goes to the journal of the machine, which is not ours, where that listens. */
  readonly handsOver?: boolean;
  /** Name under which the keeper holds the pipe of Type=idle. */
  readonly idlePipe: string;
  /** Directory of the unit's cgroup, where that is a cgroup v2. */
  readonly cgroup?: string;
  /** What applies to units that do not say it themselves. */
  readonly resources?: ResourceDefaults;
  /** What the machine has, and whether a service may start without what it has not; without it all is tried. */
  readonly sandbox?: { readonly machine: Machine; readonly policy: SandboxPolicy };
  /** What filters of the unit's cgroup depend on; undefined where there are none, or can be none. */
  readonly cgroupFacts?: CgroupFacts;
  /** How programs are asked when files are opened, for a unit that restricts them; undefined where they cannot be. */
  readonly fileOpenHook?: FileOpenHook;
  /** The architecture of the manager; undefined where tysd has no table of its system calls. */
  readonly architecture?: NativeArchitecture;
  /** $MANAGERPID of a user manager: the process that outlives the manager, which is the keeper. */
  readonly managerPid?: number;
}
