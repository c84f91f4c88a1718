import type { Result } from '../base/result.ts';

/** Facts behind the specifiers that do not come from the unit's name (systemd.unit(5), "Specifiers"); gathered once by the manager. */
export interface SpecifierFacts {
  readonly scope: 'system' | 'user';
  readonly directories: {
    readonly runtime: string;
    readonly state: string;
    readonly cache: string;
    readonly logs: string;
    readonly configuration: string;
    readonly data: string;
    readonly temporary: string;
    readonly variableTemporary: string;
  };
  readonly user: { readonly name: string; readonly uid: number; readonly group: string; readonly gid: number; readonly home: string; readonly shell: string };
  readonly hostName: string;
  readonly prettyHostName: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly kernelRelease: string;
  readonly architecture: string;
  readonly osRelease: Readonly<Record<string, string>>;
}

/** Which letters are known: in names of dependencies, in [Install], or everywhere else. */
export type SpecifierSet = 'dependency' | 'install' | 'full';

/** The specifiers of one unit. */
export interface Specifiers {
  /** Replaces each `%x`; the error names the specifier that is not known here. */
  expand(text: string, set: SpecifierSet): Result<string, { readonly message: string; readonly offset: number }>;
}
