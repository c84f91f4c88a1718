import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Absolute, specifiers expanded, simplified. */
export declare const absolutePath: ValueParser<string>;
/** `-` in front: may be missing (EnvironmentFile=). */
export declare const optionalPath: ValueParser<{ readonly path: string; readonly optional: boolean }>;
/** WorkingDirectory=; path `~` for the home directory, undefined for empty. */
export declare const workingDirectory: ValueParser<{ readonly path: string; readonly missingOk: boolean } | undefined>;
/** Words that are absolute paths (RequiresMountsFor=, Symlinks=). */
export declare const pathList: ValueParser<readonly string[]>;
/** ReadWritePaths= and its kin. */
export declare const prefixedPathList: ValueParser<readonly { readonly path: string; readonly ignoreMissing: boolean; readonly relativeToRoot: boolean }[]>;
/** ExecSearchPath=: colon-separated. */
export declare const searchPath: ValueParser<readonly string[]>;
/** BindPaths= and BindReadOnlyPaths=. */
export declare const bindList: ValueParser<readonly { readonly source: string; readonly destination: string; readonly ignoreMissing: boolean; readonly recursive: boolean }[]>;
/** TemporaryFileSystem=. */
export declare const temporaryFileSystemList: ValueParser<readonly { readonly path: string; readonly options: string }[]>;
/** PIDFile=: relative to the runtime directory. */
export declare const pidFile: ValueParser<string>;
