import { compareProbes, type Probe } from './compare.ts';

const credentials = (unit: string): Probe => ({
  unit,
  look: ['credentials', 'mounts /run/credentials/NAME.service', 'environment CREDENTIALS_DIRECTORY'],
});

const setup = `
mkdir -p etc/credstore run/credstore opt/secrets/sub
echo stored >etc/credstore/stored; echo also >etc/credstore/app.one; echo two >etc/credstore/app.two
printf secret >opt/secrets/plain; printf below >opt/secrets/sub/deep; chmod 0600 opt/secrets/plain`;

compareProbes(
  'which credentials a process has',
  {
    'SetCredential=': credentials('SetCredential=a:some text\\nwith\\x20escapes\nSetCredential=b:'),
    'SetCredential= of one name twice': credentials('SetCredential=a:one\nSetCredential=b:two\nSetCredential=a:three'),
    'SetCredential= of a user': credentials('User=probe\nSetCredential=a:text'),
    'SetCredential= with a colon and blanks': credentials('SetCredential=a:x: y  z'),
    'LoadCredential= of a file': credentials('User=probe\nLoadCredential=a:/opt/secrets/plain'),
    'LoadCredential= of a directory': credentials('User=probe\nLoadCredential=d:/opt/secrets'),
    'LoadCredential= of a stored one': credentials('LoadCredential=stored\nLoadCredential=other:stored\nLoadCredential=nowhere'),
    'LoadCredential= comes before SetCredential=': credentials(
      'SetCredential=a:set\nLoadCredential=a:/opt/secrets/plain\nSetCredential=b:kept\nLoadCredential=b:/nonexistent',
    ),
    'LoadCredential= of a file that does not exist': {
      ...credentials('LoadCredential=a:/nonexistent'),
      differs: [
        {
          systemd: 'Failed at step CREDENTIALS spawning /probe: Protocol error',
          tysd: 'Failed at step CREDENTIALS spawning /probe: No such file or directory',
          why: 'systemd asks a child, and tells only that it failed',
        },
      ],
    },
    'credentials of control processes': {
      unit: 'SetCredential=a:b\nExecStartPre=PROBE\nExecStart=PROBE\nExecStartPost=PROBE',
      look: ['credentials'],
    },
    'credentials of a service that has stopped': {
      ...credentials('SetCredential=a:b\nRemainAfterExit=yes'),
      after:
        'ls /run/credentials | grep -c NAME; systemctl stop NAME; settle NAME; ls /run/credentials | grep -c NAME; grep -c credentials/NAME /proc/self/mountinfo',
    },
    'credentials of a start that fails': {
      ...credentials('SetCredential=a:b\nExecStart=/bin/false'),
      after: 'ls /run/credentials | grep -c NAME; grep -c credentials/NAME /proc/self/mountinfo',
    },
  },
  { setup },
);
