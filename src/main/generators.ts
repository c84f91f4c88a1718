import { generatorPath, generatorPrograms, type GeneratorOutput, type Generators } from '../manager/generator-programs.ts';
import { gatherConditionFacts } from '../manager/condition-facts.ts';
import { isFirstBoot } from '../manager/first-boot.ts';
import { realFiles } from '../port/files-real.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import { containerId } from './container-id.ts';
import { version } from './version.ts';

/** The generators of this machine for a scope, and what they are told of it (systemd.generator(7), "Environment"). */
export function generatorsOf(
  scope: 'system' | 'user',
  output: GeneratorOutput,
  environment: NodeJS.ProcessEnv,
  facts: SpecifierFacts,
): Generators {
  return {
    output,
    unitPrograms: generatorPath(scope, 'generators', environment),
    environmentPrograms: generatorPath(scope, 'environment-generators', environment),
    get environment() {
      return [`SYSTEMD_SCOPE=${scope}`, ...(scope === 'system' ? machineFacts(environment, facts) : [])];
    },
  };
}

function machineFacts(environment: NodeJS.ProcessEnv, facts: SpecifierFacts): readonly string[] {
  const { virtualization } = gatherConditionFacts(realFiles, {
    facts,
    version,
    containerId: containerId(environment),
    environment: () => [],
  });
  const { kind, id } = virtualization;
  return [
    'SYSTEMD_IN_INITRD=0',
    `SYSTEMD_FIRST_BOOT=${isFirstBoot(realFiles) ? '1' : '0'}`,
    ...(kind === 'none' ? [] : [`SYSTEMD_VIRTUALIZATION=${kind}:${id}`]),
    `SYSTEMD_ARCHITECTURE=${facts.architecture}`,
  ];
}

/** Whether systemd's own program makes the units of /etc/fstab here, so that tysd need not. */
export function hasFstabGenerator(generators: Generators | undefined): boolean {
  return (
    generators !== undefined &&
    generatorPrograms(realFiles, generators.unitPrograms).some((path) => path.endsWith('/systemd-fstab-generator'))
  );
}
