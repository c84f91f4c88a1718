import { type Case, compareManagers, type Difference } from './both.ts';

/** What a script needs to tell of paths. */
const prelude = `
  path() { local unit; for unit; do show "$unit"; systemctl show -p Result,Paths,Unit,MakeDirectory,DirectoryMode,TriggerLimitIntervalUSec,TriggerLimitBurst "$unit" | sort; done; }
  runs() { for _ in $(seq 150); do [ "$(cat /run/t/$1 2>/dev/null | wc -l)" -ge "$2" ] && return; sleep 0.04; done; echo "gave up: $1 ran $(cat /run/t/$1 2>/dev/null | wc -l) times, not $2"; }
  idle() { sub $1.service dead failed; sub $1.path waiting; }
  count() { sleep 0.3; echo "$1 ran $(cat /run/t/$1 2>/dev/null | wc -l) times"; }
`;

interface More extends Partial<Case> {
  readonly service?: string;
  readonly unit?: string;
  readonly condition?: string;
}

/** A path unit in /run/NAME.d and its service, which notes that it ran and ends unless told otherwise. */
function watched(name: string, path: string, script: string, more: More = {}): Case {
  const { service = 'Type=oneshot\nExecStart=/act to /run/t/NAME note ran', unit = '', condition = '', ...rest } = more;
  const fill = (text: string): string => text.replaceAll('NAME', name).replaceAll('DIR', `/run/${name}.d`);
  return {
    units: {
      [`${name}.path`]: fill(`[Unit]\nDefaultDependencies=no\n${unit}\n[Path]\n${path}\n`),
      [`${name}.service`]: fill(`[Unit]\nDefaultDependencies=no\n${condition}\n[Service]\n${service}\n`),
    },
    script: fill(`${prelude}\n${script}\nsystemctl stop NAME.path NAME.service 2>/dev/null`),
    ...rest,
  };
}

/** systemctl says which job failed for services only. */
function jobFailed(verb: string, unit: string): readonly Difference[] {
  return [
    {
      systemd: `$ systemctl ${verb} ${unit}\nJob failed. See "journalctl -xe" for details.`,
      tysd: `$ systemctl ${verb} ${unit}\nJob for ${unit} failed.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`,
      why: 'we say which job failed for all types of units',
    },
  ];
}

const begin = 'mkdir DIR; run systemctl start NAME.path; show NAME.path';

compareManagers('paths', {
  'PathExists= waits for a file': watched(
    'appears',
    'PathExists=DIR/file',
    `${begin}; touch DIR/other; count NAME; touch DIR/file; runs NAME 1; sub NAME.path running; show NAME.path NAME.service; rm DIR/file; systemctl stop NAME.service 2>/dev/null; sub NAME.path waiting; path NAME.path`,
    { service: 'ExecStart=/act to /run/t/NAME note ran wait' },
  ),
  'PathExists= of a file that is there': watched(
    'was-there',
    'PathExists=DIR/file',
    'mkdir DIR; touch DIR/file; run systemctl start NAME.path; sub NAME.path running; show NAME.path NAME.service',
    { service: 'ExecStart=/act wait' },
  ),
  'PathExists= of a file that stays runs the service again and again, up to its limit': watched(
    'stays-there',
    'PathExists=DIR/file',
    'mkdir DIR; touch DIR/file; systemctl start NAME.path; sub NAME.path failed; path NAME.path; count NAME; get NAME.service Result',
  ),
  'PathExists= in directories that are missing': watched(
    'deep',
    'PathExists=DIR/a/b/c/file',
    'run systemctl start NAME.path; mkdir DIR; mkdir -p DIR/a/b/c; show NAME.path; touch DIR/a/b/c/file; runs NAME 1; rm -r DIR/a; idle NAME; mkdir -p DIR/a/b/c; touch DIR/a/b/c/file; runs NAME 2; rm -r DIR/a; idle NAME; show NAME.path',
    { service: 'Type=oneshot\nExecStart=/act to /run/t/NAME note ran\nExecStart=/bin/rm -f DIR/a/b/c/file' },
  ),
  'PathExistsGlob=': watched(
    'globbed',
    'PathExistsGlob=DIR/*.job',
    `${begin}; touch DIR/x.done; count NAME; touch DIR/x.job; runs NAME 1; show NAME.path NAME.service; cat /run/t/NAME`,
    { service: 'ExecStart=/act to /run/t/NAME note ran env TRIGGER_UNIT env TRIGGER_PATH wait' },
  ),
  'PathChanged= is told of a write when the file is closed, of its coming and going': watched(
    'changed',
    'PathChanged=DIR/file',
    `${begin}; touch DIR/file; runs NAME 1; idle NAME
     exec 7>>DIR/file; echo x >&7; count NAME; exec 7>&-; runs NAME 2; idle NAME
     chmod 600 DIR/file; runs NAME 3; idle NAME; cat DIR/file >/dev/null; count NAME
     rm DIR/file; runs NAME 4; idle NAME; count NAME; path NAME.path`,
  ),
  'PathModified= is told of each write': watched(
    'modified',
    'PathModified=DIR/file',
    `mkdir DIR; touch DIR/file; run systemctl start NAME.path; exec 7>>DIR/file; echo x >&7; runs NAME 1; idle NAME; echo x >&7; runs NAME 2; idle NAME; show NAME.path; exec 7>&-`,
  ),
  'PathChanged= of a directory': watched(
    'directory',
    'PathChanged=DIR',
    `${begin}; touch DIR/a; runs NAME 1; idle NAME; rm DIR/a; runs NAME 2; idle NAME; mkdir DIR/b; runs NAME 3; idle NAME; touch DIR/b/c; count NAME; show NAME.path`,
  ),
  'PathChanged= of a file that is replaced': watched(
    'replaced',
    'PathChanged=DIR/file',
    `mkdir DIR; touch DIR/file; run systemctl start NAME.path; count NAME; touch DIR/new; mv DIR/new DIR/file; runs NAME 1; idle NAME; echo x >>DIR/file; runs NAME 2; idle NAME; show NAME.path`,
  ),
  'PathChanged= of a link and of what it leads to': watched(
    'linked',
    'PathChanged=DIR/link',
    `mkdir DIR; touch DIR/target; ln -s target DIR/link; run systemctl start NAME.path; echo x >>DIR/target; runs NAME 1; idle NAME; rm DIR/link; runs NAME 2; idle NAME; show NAME.path`,
  ),
  'a directory above that is moved away': watched(
    'moved',
    'PathExists=DIR/a/file',
    `mkdir -p DIR/a; run systemctl start NAME.path; mv DIR DIR.old; mkdir -p DIR/a; touch DIR/a/file; runs NAME 1; sub NAME.path running; show NAME.path`,
    { service: 'ExecStart=/act to /run/t/NAME note ran wait' },
  ),
  'DirectoryNotEmpty=': watched(
    'spool',
    'DirectoryNotEmpty=DIR',
    `${begin}; touch DIR/.hidden DIR/backup~ DIR/x.dpkg-new; count NAME; touch DIR/job; runs NAME 1; sub NAME.path running; rm DIR/job; systemctl stop NAME.service 2>/dev/null; sub NAME.path waiting; show NAME.path`,
    { service: 'ExecStart=/act to /run/t/NAME note ran wait' },
  ),
  'DirectoryNotEmpty= of a directory that is missing': watched(
    'no-spool',
    'DirectoryNotEmpty=DIR',
    'run systemctl start NAME.path; show NAME.path; mkdir DIR; count NAME; touch DIR/job; runs NAME 1; sub NAME.path running; show NAME.path',
    { service: 'ExecStart=/act to /run/t/NAME note ran wait' },
  ),
  'MakeDirectory= and DirectoryMode=': watched(
    'makes',
    'DirectoryNotEmpty=DIR/a/b\nPathExists=DIR/c/file\nMakeDirectory=yes\nDirectoryMode=0710',
    'run systemctl start NAME.path; stat -c "%n %a" DIR DIR/a DIR/a/b; ls DIR/c 2>&1 | grep -c such; path NAME.path; touch DIR/a/b/x; runs NAME 1; show NAME.path',
    { service: 'ExecStart=/act to /run/t/NAME note ran wait' },
  ),
  'several paths, of which the one is told that it was': watched(
    'several',
    'PathExists=DIR/one\nPathChanged=DIR/two\nPathModified=DIR/three\nDirectoryNotEmpty=DIR/four',
    `mkdir -p DIR/four; run systemctl start NAME.path; path NAME.path
     touch DIR/two; runs NAME 1; idle NAME; touch DIR/three; runs NAME 2; idle NAME; touch DIR/one; runs NAME 3; cat /run/t/NAME`,
    {
      service:
        'Type=oneshot\nExecStart=/act to /run/t/NAME note ran env TRIGGER_UNIT env TRIGGER_PATH env TRIGGER_TIMER_REALTIME_USEC\nExecStart=/bin/rm -f DIR/one',
      condition: 'CollectMode=inactive-or-failed',
    },
  ),
  'Unit= names another unit': {
    units: {
      'elsewhere.path': '[Path]\nPathExists=/run/elsewhere.file\nUnit=elsewhere-not.service',
      'elsewhere-not.service': '[Service]\nExecStart=/act wait',
    },
    script: `${prelude}\nrun systemctl start elsewhere.path; touch /run/elsewhere.file; sub elsewhere.path running; show elsewhere.path elsewhere-not.service; get elsewhere.path Unit Triggers; get elsewhere-not.service TriggeredBy; systemctl stop elsewhere.path elsewhere-not.service`,
  },
  'a service that is active already': watched(
    'up-before',
    'PathExists=DIR/file',
    'mkdir DIR; systemctl start NAME.service; run systemctl start NAME.path; sub NAME.path running; show NAME.path; touch DIR/file; systemctl stop NAME.service 2>/dev/null; sub NAME.service running; show NAME.path NAME.service',
    { service: 'ExecStart=/act wait' },
  ),
  'a service that is started by somebody else while the path waits': watched(
    'up-meanwhile',
    'PathChanged=DIR/file',
    `${begin}; systemctl start NAME.service; sub NAME.path running; show NAME.path; touch DIR/file; systemctl stop NAME.service 2>/dev/null; sub NAME.path waiting; count NAME; show NAME.path NAME.service`,
    { service: 'ExecStart=/act wait' },
  ),
  'a service that fails runs again with the next change': watched(
    'fails',
    'PathChanged=DIR/file',
    `${begin}; touch DIR/file; runs NAME 1; idle NAME; get NAME.service Result; echo x >DIR/file; runs NAME 2; idle NAME; show NAME.path NAME.service`,
    { service: 'Type=oneshot\nExecStart=/act to /run/t/NAME note ran exit 3' },
  ),
  'TriggerLimitBurst= is hit': watched(
    'trigger-limit',
    'PathExists=DIR/file\nTriggerLimitBurst=3\nTriggerLimitIntervalSec=100s',
    'mkdir DIR; touch DIR/file; systemctl start NAME.path; sub NAME.path failed; path NAME.path; count NAME; run systemctl reset-failed NAME.path; show NAME.path',
    { condition: 'StartLimitIntervalSec=0' },
  ),
  'the start limit of a path unit': watched(
    'often-started',
    'PathExists=DIR/file',
    'for i in 1 2 3; do run systemctl restart NAME.path; done; path NAME.path; run systemctl reset-failed NAME.path; show NAME.path; run systemctl start NAME.path',
    { unit: 'StartLimitBurst=2\nStartLimitIntervalSec=100', differs: jobFailed('restart', 'often-started.path') },
  ),
  'a path unit that watches nothing': watched(
    'nothing-at-all',
    'MakeDirectory=yes',
    'quiet systemctl start NAME.path; get NAME.path LoadState ActiveState',
  ),
  'a path unit whose service is not there': watched(
    'no-target',
    'PathExists=DIR/file\nUnit=not-there-either.service',
    'run systemctl start NAME.path; show NAME.path; get NAME.path LoadState Unit',
    { differs: jobFailed('start', 'no-target.path') },
  ),
  'a part of the path that is no directory': watched(
    'file-between',
    'PathExists=DIR/file/below',
    'mkdir DIR; touch DIR/file; run systemctl start NAME.path; path NAME.path',
    { differs: jobFailed('start', 'file-between.path') },
  ),
  'a path unit that is stopped watches nothing': watched(
    'let-go',
    'PathExists=DIR/file',
    `${begin}; run systemctl stop NAME.path; touch DIR/file; count NAME; show NAME.path`,
  ),
  'default dependencies and mounts of path units': {
    units: {
      'with-mounts.path': '[Unit]\nDefaultDependencies=yes\n[Path]\nPathExists=/var/lib/x/y',
      'with-mounts.service': '[Service]\nExecStart=/act wait',
    },
    script: `for key in Requires Before After Conflicts Triggers RequiresMountsFor; do echo "$key $(systemctl show -p $key --value with-mounts.path | tr ' ' '\\n' | sort | tr '\\n' ' ')"; done`,
  },
  'a reload keeps what is watched': watched(
    'kept-watching',
    'PathChanged=DIR/file',
    `${begin}; systemctl daemon-reload; show NAME.path; touch DIR/file; runs NAME 1; idle NAME; show NAME.path`,
    { alone: true },
  ),
  'a reload brings other paths': watched(
    'new-paths',
    'PathChanged=DIR/file',
    `${begin}; sed -i s/file/other/ /etc/systemd/system/NAME.path; systemctl daemon-reload; path NAME.path; touch DIR/file; count NAME; touch DIR/other; runs NAME 1; idle NAME; show NAME.path`,
    { alone: true },
  ),
});
