import type { ExecSettings } from './settings/exec.ts';

/** PrivateTmp=, with what DynamicUser= implies (systemd.exec(5)). */
export function privateTmp({ PrivateTmp, DynamicUser }: Pick<ExecSettings, 'PrivateTmp' | 'DynamicUser'>): boolean | 'disconnected' {
  return PrivateTmp === false ? DynamicUser : PrivateTmp;
}
