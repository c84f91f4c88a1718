import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { err, ok, type Result } from '../base/result.ts';
import type { Options } from './options.ts';

/** What a configuration of rustysd says that tysd has an option for; it is weaker than tysd's own. */
export type RustysdConfig = Pick<Options, 'unit' | 'unitPath' | 'runtimeDirectory' | 'stateDirectory'>;

/**
 * Reads `rustysd_config.json` or `.toml` of a directory, and the `RUSTYSD_*` variables over it, so that a container
 * that was made for rustysd starts as it is.
 */
export function readRustysdConfig(directory: string | undefined, environment: NodeJS.ProcessEnv): Result<RustysdConfig, string> {
  const file = directory === undefined ? ok({}) : readDirectory(directory);
  if (!file.ok) return file;
  const values: Record<string, unknown> = { ...file.value };
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('RUSTYSD_') && value !== undefined) values[name.slice('RUSTYSD_'.length).toLowerCase()] = value;
  }
  return interpret(values);
}

/** Whether a path given by -c is a directory as rustysd wants it. */
export function isRustysdDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function readDirectory(directory: string): Result<Record<string, unknown>, string> {
  const json = join(directory, 'rustysd_config.json');
  const toml = join(directory, 'rustysd_config.toml');
  if (existsSync(json) && existsSync(toml)) return err(`${directory} holds both rustysd_config.json and rustysd_config.toml: keep one`);
  if (existsSync(json)) return parse(json, JSON.parse);
  if (existsSync(toml)) return parse(toml, parseToml);
  return err(`${directory} holds neither rustysd_config.json nor rustysd_config.toml`);
}

function parse(path: string, parser: (text: string) => unknown): Result<Record<string, unknown>, string> {
  try {
    const value: unknown = parser(readFileSync(path, 'utf8'));
    return isRecord(value) ? ok(value) : err(`${path}: not an object`);
  } catch (error) {
    return err(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function interpret(values: Readonly<Record<string, unknown>>): Result<RustysdConfig, string> {
  const config: { -readonly [Key in keyof RustysdConfig]: RustysdConfig[Key] } = {};
  const directories = values['unit_dirs'];
  if (typeof directories === 'string') config.unitPath = directories.split(/[,:]/).filter((path) => path !== '');
  else if (Array.isArray(directories) && directories.every((path) => typeof path === 'string')) config.unitPath = directories;
  else if (directories !== undefined) return err('unit_dirs of the rustysd configuration is not a list of directories');
  const names = { target_unit: 'unit', notifications_dir: 'runtimeDirectory', logging_dir: 'stateDirectory' } as const;
  for (const [key, option] of Object.entries(names)) {
    const value = values[key];
    if (typeof value === 'string') config[option] = value;
    else if (value !== undefined) return err(`${key} of the rustysd configuration is not a text`);
  }
  return ok(config);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
