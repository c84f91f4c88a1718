import type { ExecContext } from '../exec/request.ts';
import { settledAffinity } from '../unit/scheduling.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { parseRange } from '../unit/values/cpu-set.ts';
import type { ManagerOptions } from './options.ts';

type Files = Pick<ManagerOptions, 'files'>;

const nodesDirectory = '/sys/devices/system/node';

/** The nodes that NUMAMask= names, and their CPUs, where the unit asks for them (CPUAffinity=numa, NUMAMask=all). */
export function numaOf(options: Files, exec: ExecSettings): Pick<ExecContext, 'numa'> {
  if (!exec.NUMAMask.includes('all') && settledAffinity(exec) !== 'numa') return {};
  const nodes = maskedNodes(options, exec);
  return { numa: { nodes, cpus: nodes.flatMap((node) => numbersIn(options, `${nodesDirectory}/node${node}/cpulist`)) } };
}

/** The nodes that NUMAMask= names. */
export function maskedNodes(options: Files, { NUMAMask }: Pick<ExecSettings, 'NUMAMask'>): readonly number[] {
  return NUMAMask.flatMap((each) => (each === 'all' ? numbersIn(options, `${nodesDirectory}/possible`) : each));
}

function numbersIn({ files }: Files, path: string): readonly number[] {
  const bytes = files.read(path, 4096);
  const ranges = bytes === undefined ? [] : new TextDecoder().decode(bytes).trim().split(',').map(parseRange);
  return ranges.flatMap((range) =>
    range === undefined ? [] : Array.from({ length: range.last - range.first + 1 }, (_, at) => range.first + at),
  );
}
