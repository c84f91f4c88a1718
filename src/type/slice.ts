import { passiveType } from './passive.ts';

/** Slices: inner nodes of the tree of groups, which the keeper makes when a unit in them needs its own (systemd.slice(5)). */
export const sliceType = passiveType('slice');
