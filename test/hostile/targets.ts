import { apiTarget } from './api.ts';
import { logsTarget } from './logs.ts';
import { notifyTarget } from './notify.ts';
import { tablesTarget } from './tables.ts';
import type { Target } from './target.ts';
import { unitTarget } from './unit.ts';

/** All that reads what others wrote, but for the keeper (keeper/fuzz). */
export const targets: readonly Target[] = [unitTarget, apiTarget, notifyTarget, logsTarget, tablesTarget];
