import { type Case, compareManagers, type Difference } from './both.ts';

const mountState = 'seen() { table ActiveState,SubState,Result,LoadState,What,Where,Type "$@"; }';

/** systemctl says which job failed for services only. */
function jobFailed(...units: readonly string[]): readonly Difference[] {
  return units.flatMap((unit) => [
    {
      systemd: `$ systemctl start ${unit}\nJob failed. See "journalctl -xe" for details.`,
      tysd: `$ systemctl start ${unit}\nJob for ${unit} failed.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`,
      why: 'we say which job failed for all types of units',
    },
  ]);
}

/** A mount unit at /run/m/NAME that is started, looked at and stopped. */
function mounted(name: string, lines: string, script = '', more: Partial<Case> = {}): Case {
  return {
    units: { [`run-m-${name}.mount`]: `[Mount]\n${lines.replaceAll('NAME', name)}\n` },
    script: `
      ${mountState}
      run systemctl start run-m-${name}.mount
      seen run-m-${name}.mount
      ${script.replaceAll('NAME', name)}
      run systemctl stop run-m-${name}.mount
      seen run-m-${name}.mount
      grep -c " /run/m/${name} " /proc/self/mountinfo`,
    ...more,
  };
}

compareManagers('mounts', {
  'a tmpfs': mounted('tmpfs', 'What=tmpfs\nWhere=/run/m/NAME\nType=tmpfs', 'stat -c %a /run/m/NAME; findmnt -no FSTYPE /run/m/NAME'),
  'options and the mode of the mount point': mounted(
    'options',
    'What=small\nWhere=/run/m/NAME\nType=tmpfs\nOptions=size=64k,noexec,nofail,mode=0711\nDirectoryMode=0700',
    'get run-m-NAME.mount Options TimeoutUSec DirectoryMode Slice Description\nstat -c %a /run/m/NAME\nsystemctl stop run-m-NAME.mount; stat -c %a /run/m/NAME',
  ),
  'a bind mount whose source is made': mounted('bind', 'What=/run/source-NAME\nWhere=/run/m/NAME\nOptions=bind', 'ls -d /run/source-NAME'),
  'a file system that does not exist': mounted('unknown', 'What=x\nWhere=/run/m/NAME\nType=nosuchfs', '', {
    differs: jobFailed('run-m-unknown.mount'),
  }),
});
