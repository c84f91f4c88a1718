import { compareProbes, type Probe } from './compare.ts';

const failing = (unit: string): Probe => ({ unit, look: ['ids'] });

/** What the journal says. */
function failed(step: string, cause: string, path = '/probe'): string {
  return `Failed at step ${step} spawning ${path}: ${cause}`;
}

const setup = `
mkdir -p opt/failures run; echo not a directory >opt/failures/file; touch run/blocked
mkdir -p var/lib var/cache var/log; touch var/lib/blocked var/cache/blocked var/log/blocked 
printf 'A=1\\n' >opt/failures/environment; printf '#!/nonexistent/interpreter\\n' >opt/failures/script; chmod 755 opt/failures/script
printf 'no program' >opt/failures/text; chmod 755 opt/failures/text`;

compareProbes(
  'why a process does not come to its program',
  {
    'no input file': failing('StandardInput=file:/nonexistent'),
    'no directory for an output file': failing('StandardOutput=file:/nonexistent/output'),
    'no directory for an error file': failing('StandardError=append:/opt/failures/file/error'),
    'a working directory that is a file': failing('WorkingDirectory=/opt/failures/file'),
    'a working directory that the user may not enter': failing('User=probe\nWorkingDirectory=/root'),
    'no home directory': {
      ...failing('User=nobody\nWorkingDirectory=~'),
      differs: [
        {
          systemd: failed('CHDIR', 'Permission denied'),
          tysd: failed('CHDIR', 'No such device or address'),
          why: 'systemd would have it work in the home directory of root',
        },
      ],
    },
    'a runtime directory that is a file': failing('RuntimeDirectory=blocked'),
    'a state directory that is a file': failing('StateDirectory=blocked'),
    'a cache directory that is a file': failing('CacheDirectory=blocked'),
    'a log directory that is a file': failing('LogsDirectory=blocked'),
    'a program that may not be executed': failing('ExecStart=/etc/hostname'),
    'a program that is a directory': {
      ...failing('ExecStart=/etc'),
      differs: [
        {
          systemd: failed('EXEC', 'Is a directory', '/etc'),
          tysd: failed('EXEC', 'Permission denied', '/etc'),
          why: 'this is what execve(2) says',
        },
      ],
    },
    'a program that is no program': failing('ExecStart=/opt/failures/text'),
    'a script whose interpreter does not exist': failing('ExecStart=/opt/failures/script'),
    'a program that the user may not execute': {
      ...failing('User=probe\nExecStart=/root/x'),
      differs: [
        {
          systemd: failed('EXEC', 'No such file or directory', '/root/x'),
          tysd: failed('EXEC', 'Permission denied', '/root/x'),
          why: 'systemd looks for it as root, and tells the user what it may not know',
        },
      ],
    },
    'a bare name that is nowhere': failing('ExecStart=no-such-program-anywhere'),
    'a command before it that does not exist': failing('ExecStartPre=/nonexistent/pre'),
    'a command before it that may fail': { ...failing('ExecStartPre=-/nonexistent/pre'), look: ['environment PATH'] },
    'an environment file that is missing': failing('EnvironmentFile=/nonexistent'),
    'an environment file that may be missing': {
      unit: 'EnvironmentFile=-/nonexistent\nEnvironmentFile=/opt/failures/environment',
      look: ['environment A'],
    },
    'a user that does not exist for a full privilege': failing('User=nobody-knows\nExecStart=+PROBE'),
    'a command after it, which is told how it failed': {
      unit: "User=nobody-knows\nExecStopPost=+/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >/run/t/NAME.post'",
      look: ['ids'],
      after: 'cat /run/t/NAME.post',
    },
  },
  { setup },
);

compareProbes('what the standard streams are', {
  'StandardInputText=': { unit: 'StandardInputText=one\nStandardInputText=two \\x41', look: ['streams'] },
  'StandardInputData=': { unit: 'StandardInput=data\nStandardInputData=aGVsbG8gd29ybGQ=', look: ['streams'] },
  'StandardInput=file:': { unit: 'StandardInput=file:/etc/hostname', look: ['streams'] },
  'StandardOutput= and StandardError= to one file': {
    unit: 'StandardOutput=append:/run/t/NAME.out\nStandardError=append:/run/t/NAME.out',
    look: ['streams'],
  },
  'StandardOutput=truncate:': { unit: 'StandardOutput=truncate:/run/t/NAME.out', look: ['streams'] },
  'StandardOutput=journal with StandardError=null': { unit: 'StandardOutput=journal\nStandardError=null', look: ['streams'] },
  'StandardOutput=null of a user': { unit: 'User=probe\nStandardOutput=null', look: ['streams'] },
  'StandardOutput=kmsg': { unit: 'StandardOutput=kmsg', look: ['streams'] },
});
