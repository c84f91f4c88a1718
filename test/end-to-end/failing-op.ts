// Preloaded into the manager of a tysd under test (BUN_OPTIONS): in the plans of the unit that the file `fails` in $E2E_OF names, the op at the
// position that it names is replaced by one that fails (`UNIT POSITION`). The names of the ops are written to `ops`.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.env['E2E_OF'] ?? '/nonexistent';

interface Builder {
  onLoad(
    of: { readonly filter: RegExp },
    load: (file: { readonly path: string }) => { readonly loader: 'ts'; readonly contents: string },
  ): void;
}

interface NamedOp {
  readonly op: string;
}

declare global {
  var replaceOp: ((unit: string, plan: readonly NamedOp[]) => readonly object[]) | undefined;
  var Bun: { plugin(plugin: { readonly name: string; readonly setup: (build: Builder) => void }): void };
}

globalThis.replaceOp = (unit, plan) => {
  const path = join(directory, 'fails');
  const [name, position] = existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ') : [];
  if (name !== unit) return plan;
  const names = join(directory, 'ops');
  writeFileSync(`${names}.new`, `${plan.map(({ op }) => op).join(' ')}\n`);
  renameSync(`${names}.new`, names);
  return plan.map((op, index) => (index === Number(position) ? { op: 'fail', errno: 5, exit: 99 } : op));
};

Bun.plugin({
  name: 'failing op',
  setup: (build) => {
    build.onLoad({ filter: /\/src\/exec\/plan\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: `${readFileSync(path, 'utf8').replace('export function compile(', 'function compileWhole(')}
export function compile(request: ExecRequest, context: ExecContext): ReturnType<typeof compileWhole> {
  const compiled = compileWhole(request, context);
  return compiled.ok ? ok({ ...compiled.value, plan: globalThis.replaceOp(request.config.name, compiled.value.plan) }) : compiled;
}`,
    }));
  },
});
