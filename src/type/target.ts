import { passiveType } from './passive.ts';

/** Targets: points that others are ordered around; started, they are active at once (systemd.target(5)). */
export const targetType = passiveType('target');
