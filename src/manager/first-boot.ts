import type { Files } from '../port/files.ts';

/** There while the machine boots for the first time, until all is up (systemd(1)). */
export const firstBootFile = '/run/systemd/first-boot';

/** Whether the machine boots for the first time (systemd.unit(5), ConditionFirstBoot=). */
export function isFirstBoot(files: Pick<Files, 'statFollow'>): boolean {
  return files.statFollow(firstBootFile).kind !== 'missing';
}

/** All is up: units that are only for the first boot are for it no more. Gives why that cannot be noted. */
export function endFirstBoot(files: Pick<Files, 'statFollow' | 'unlink'>): string | undefined {
  try {
    if (isFirstBoot(files)) files.unlink(firstBootFile);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
