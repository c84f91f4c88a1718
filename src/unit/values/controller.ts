/** The controllers of cgroups that systemd.resource-control(5) knows, in the order in which they are shown. */
export const controllerNames = ['cpu', 'cpuset', 'io', 'memory', 'pids'] as const;

export type Controller = (typeof controllerNames)[number];
