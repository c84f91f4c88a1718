import { type Case, compareManagers, type Difference } from './both.ts';

const functions = 'auto() { table ActiveState,SubState,Result "$@"; }';

/** systemctl says which job failed for services only. */
function jobFailed(...units: readonly string[]): readonly Difference[] {
  return units.map((unit) => ({
    systemd: `$ systemctl start ${unit}\nJob failed. See "journalctl -xe" for details.`,
    tysd: `$ systemctl start ${unit}\nJob for ${unit} failed.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`,
    why: 'we say which job failed for all types of units',
  }));
}

/** An automount unit at /run/a/NAME and its mount unit; the automount is started first and stopped last. */
function automount(
  name: string,
  script: string,
  more: Partial<Case> & { readonly automount?: string; readonly mount?: string } = {},
): Case {
  const { automount: lines = '', mount = `What=tmpfs\nType=tmpfs`, ...rest } = more;
  return {
    units: {
      [`run-a-${name}.automount`]: `[Automount]\nWhere=/run/a/${name}\n${lines}\n`,
      [`run-a-${name}.mount`]: `[Mount]\nWhere=/run/a/${name}\n${mount}\n`,
    },
    script: `
      ${functions}
      run systemctl start run-a-${name}.automount
      auto run-a-${name}.automount run-a-${name}.mount
      ${script.replaceAll('NAME', name)}
      run systemctl stop run-a-${name}.automount
      # That the mount above it went too is heard from the kernel a little later.
      sub run-a-${name}.mount dead failed
      auto run-a-${name}.automount run-a-${name}.mount
      grep -c " /run/a/${name} " /proc/self/mountinfo`,
    ...rest,
  };
}

compareManagers(
  'automounts',
  {
    'somebody looks below an automount point': automount(
      'looked',
      `ls -d /run/a/NAME; auto run-a-NAME.automount run-a-NAME.mount
     stat -c '%F %a' /run/a/NAME/.; auto run-a-NAME.automount run-a-NAME.mount
     grep ' /run/a/NAME ' /proc/self/mountinfo | grep -o ' - .*' | sed 's/fd=[0-9]*/fd=/; s/pipe_ino=.*//'`,
    ),
    'many look at once': automount(
      'crowd',
      `for i in $(seq 20); do (touch /run/a/NAME/$i) & done; wait
     ls /run/a/NAME | wc -l; auto run-a-NAME.automount run-a-NAME.mount`,
    ),
    'a mount that fails lets go who waits': automount(
      'nosuch',
      `ls /run/a/NAME/x 2>&1 | grep -o 'No such device'; auto run-a-NAME.automount run-a-NAME.mount
     ls /run/a/NAME/x 2>&1 | grep -o 'No such device'; auto run-a-NAME.automount run-a-NAME.mount`,
      { mount: 'What=x\nType=nosuchfs' },
    ),
    'an idle mount goes, and comes again': automount(
      'idle',
      `ls -a /run/a/NAME/ | wc -l
     sub run-a-NAME.mount mounted; sub run-a-NAME.mount dead
     auto run-a-NAME.automount run-a-NAME.mount
     ls -a /run/a/NAME/ | wc -l; auto run-a-NAME.automount run-a-NAME.mount`,
      { automount: 'TimeoutIdleSec=2' },
    ),
    'a mount in use does not go': automount(
      'used',
      `exec 8>/run/a/NAME/file
     sleep 4; auto run-a-NAME.automount run-a-NAME.mount
     exec 8>&-; sub run-a-NAME.mount dead; auto run-a-NAME.automount run-a-NAME.mount`,
      { automount: 'TimeoutIdleSec=1' },
    ),
    'the mount is started and stopped by hand': automount(
      'byhand',
      `run systemctl start run-a-NAME.mount; auto run-a-NAME.automount run-a-NAME.mount
     run systemctl stop run-a-NAME.mount; auto run-a-NAME.automount run-a-NAME.mount
     ls -a /run/a/NAME/ | wc -l; auto run-a-NAME.automount run-a-NAME.mount`,
    ),
    'an automount that is stopped while it is mounted': automount('under', `ls -a /run/a/NAME/ | wc -l`),
    'a restart of the automount': automount('again', `run systemctl restart run-a-NAME.automount; ls -a /run/a/NAME/ | wc -l`),
    'somebody unmounts the automount point': automount(
      'torn',
      `umount /run/a/NAME; sub run-a-NAME.automount failed; auto run-a-NAME.automount`,
    ),
    'a place where something is mounted': {
      units: {
        'run-a-taken.automount': '[Automount]\nWhere=/run/a/taken\n',
        'run-a-taken.mount': '[Mount]\nWhat=tmpfs\nWhere=/run/a/taken\nType=tmpfs\n',
      },
      script: `
      ${functions}
      mkdir -p /run/a/taken; mount -t tmpfs x /run/a/taken
      run systemctl start run-a-taken.automount
      auto run-a-taken.automount
      umount /run/a/taken`,
      differs: jobFailed('run-a-taken.automount'),
    },
    'an automount without a mount': {
      units: { 'run-a-alone.automount': '[Automount]\nWhere=/run/a/alone\n' },
      script: `
      ${functions}
      quiet systemctl start run-a-alone.automount
      auto run-a-alone.automount
      table LoadState run-a-alone.automount`,
    },
    'units that cannot be automounts': {
      units: {
        'run-a-elsewhere.automount': '[Automount]\nWhere=/run/a/other\n',
        '-.automount': '[Automount]\nWhere=/\n',
        'run-a-bare.automount': '[Automount]\n',
      },
      script: `table LoadState -- run-a-elsewhere.automount -.automount run-a-bare.automount`,
      differs: [
        {
          systemd: '-.automount: LoadState=error',
          tysd: '-.automount: LoadState=bad-setting',
          why: 'the root is refused, and we say for what',
        },
      ],
    },
    'dependencies and properties': {
      units: {
        'run-a-shown.automount':
          '[Unit]\nDefaultDependencies=yes\n[Automount]\nWhere=/run/a/shown\nDirectoryMode=0700\nTimeoutIdleSec=1min\n',
        'run-a-shown.mount': '[Mount]\nWhat=tmpfs\nWhere=/run/a/shown\nType=tmpfs\n',
      },
      script: `
      ${functions}
      systemctl start run-a-shown.automount
      for name in Before After Requires Conflicts Triggers; do
        echo "$name: $(systemctl show -p "$name" --value run-a-shown.automount | tr ' ' '\\n' | grep -v '^run-a-shown.service$' | sort | tr '\\n' ' ')"; done
      get run-a-shown.automount Where DirectoryMode Result TimeoutIdleUSec Description CanStart CanStop CanReload IgnoreOnIsolate
      stat -c %a /run/a/shown
      systemctl status run-a-shown.automount | sed 's/ since .*//; / systemd\\[[0-9]*\\]: /d; /^ *$/d'
      ls -a /run/a/shown/ | wc -l
      systemctl list-automounts 'run-a-shown*' 2>&1
      systemctl list-automounts --no-legend --all 'run-a-shown*' 'run-a-alone*' 2>&1
      systemctl list-automounts -o json 'run-a-shown*'
      run systemctl stop run-a-shown.automount
      systemctl list-automounts 'run-a-shown*' 2>&1`,
    },
  },
  { setup: 'mknod dev/autofs c 10 235' },
);

compareManagers('automounts without autofs', {
  'a machine without autofs': {
    units: {
      'run-a-none.automount': '[Automount]\nWhere=/run/a/none\n',
      'run-a-none.mount': '[Mount]\nWhat=tmpfs\nWhere=/run/a/none\nType=tmpfs\n',
    },
    script: `
      quiet systemctl start run-a-none.automount
      table ActiveState,Result run-a-none.automount`,
  },
});
