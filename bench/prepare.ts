import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { debianImage, whyNoImage } from '../test/system/image.ts';

const root = join(import.meta.dirname, '..');

/** What a run of the bench needs; `[Symbol.dispose]` removes what is for this run only. */
export interface Prepared extends Disposable {
  readonly image: string;
  /** Helper programs, static. */
  readonly helpers: string;
  /** A copy of dist/, so that a build meanwhile does not disturb the run; undefined where there is none. */
  readonly tysd: string | undefined;
}

/** Builds the helpers, makes or finds the root directory and copies tysd; the string says what is missing. */
export function prepare(): Prepared | string {
  const why = whyNoImage();
  if (why !== undefined) return why;
  const helpers = join(import.meta.dirname, 'build');
  const failed = buildHelpers(helpers);
  if (failed !== undefined) return failed;
  const image = process.env['ORACLE_ROOTFS'] ?? debianImage(['runit', 's6', 'supervisor'], { systemd: true });
  const copy = copyOf(join(root, 'dist'));
  return { image, helpers, tysd: copy, [Symbol.dispose]: () => copy !== undefined && rmSync(copy, { recursive: true, force: true }) };
}

function buildHelpers(directory: string): string | undefined {
  mkdirSync(directory, { recursive: true });
  const sources = join(import.meta.dirname, 'helpers');
  const header = statSync(join(sources, 'stamp.h')).mtimeMs;
  for (const name of readdirSync(sources).filter((file) => file.endsWith('.c'))) {
    const source = join(sources, name);
    const program = join(directory, basename(name, '.c'));
    if (existsSync(program) && statSync(program).mtimeMs > Math.max(header, statSync(source).mtimeMs)) continue;
    const compiled = spawnSync(process.env['CC'] ?? 'cc', ['-static', '-O2', '-Wall', '-Wextra', '-o', program, source], {
      encoding: 'utf8',
    });
    if (compiled.status !== 0) return `cc ${name}: ${compiled.error?.message ?? compiled.stderr}`;
  }
  return buildRuntime(join(directory, 'runtime'));
}

/** A program of tysd's runtime that does nothing, built as tysd is: what its start costs. */
function buildRuntime(program: string): string | undefined {
  const source = join(import.meta.dirname, 'helpers/runtime.ts');
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return undefined;
  const argv = ['build', '--compile', '--minify', '--bytecode', '--format=esm', '--target=bun', `--outfile=${program}`, source];
  const built = spawnSync(process.execPath, argv, { encoding: 'utf8', cwd: root });
  return built.status === 0 ? undefined : `bun build: ${built.error?.message ?? built.stderr}`;
}

function copyOf(dist: string): string | undefined {
  if (!existsSync(join(dist, 'tysd')) || !existsSync(join(dist, 'tysd-keeper'))) return undefined;
  const copy = mkdtempSync(join(tmpdir(), 'tysd-bench-dist-'));
  cpSync(dist, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}
