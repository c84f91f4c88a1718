import type { Invocation } from '../invocation.ts';

/** journalctl(1) as a verb of tysctl. What stands before the verb is meant, too. */
export function runLogsVerb({ words, options, services }: Invocation): Promise<number> {
  const { pager, quiet, full, output, lines } = options;
  const before = [
    ...(pager ? [] : ['--no-pager']),
    ...(quiet ? ['--quiet'] : []),
    ...(full ? ['--full'] : []),
    ...(output === '' ? [] : [`--output=${output}`]),
    ...(lines === undefined ? [] : [`--lines=${lines}`]),
  ];
  return services.runLogs([...before, ...words], options);
}
