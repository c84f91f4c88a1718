import { globalSearchPath, unitSearchPath } from '../../api/search-path.ts';
import type { AnalyzeCall } from './call.ts';
import { printJson } from './json.ts';

/** `unit-paths`: the directories in which unit files are looked for, the strongest first. */
export function analyzeUnitPaths({ options, environment, terminal }: AnalyzeCall): number {
  const { scope } = options;
  const paths = scope === 'global' ? globalSearchPath(environment) : unitSearchPath(scope, environment);
  if (options.json !== undefined) {
    const records = paths.map((path) => ({ path }));
    return printJson(terminal, records, options.json);
  }
  for (const path of paths) terminal.print(path);
  return 0;
}
