import type { ExecContext } from '../exec/request.ts';
import type { NativeArchitecture } from '../exec/seccomp/architecture.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';

const natives: readonly NativeArchitecture[] = ['x86-64', 'arm64'];

/** The architecture as a fact for plans, if filters can be made for it. */
export function nativeArchitecture({ architecture }: SpecifierFacts): Pick<ExecContext, 'architecture'> {
  const known = natives.find((native) => native === architecture);
  return known === undefined ? {} : { architecture: known };
}
