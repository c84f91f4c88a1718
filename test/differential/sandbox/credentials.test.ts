import { compareProbes, type Probe } from './compare.ts';

const credentials = (unit: string): Probe => ({
  unit,
  look: ['credentials', 'mounts /run/credentials/NAME.service', 'environment CREDENTIALS_DIRECTORY'],
});

const setup = `
mkdir -p etc/credstore run/credstore opt/secrets/sub
echo stored >etc/credstore/stored; echo also >etc/credstore/app.one; echo two >etc/credstore/app.two
printf secret >opt/secrets/plain; echo key >opt/secrets/loadcredential-with-specifiers.key; printf below >opt/secrets/sub/deep; chmod 0600 opt/secrets/plain`;

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
    'LoadCredential= with specifiers': credentials('LoadCredential=%p-key:/opt/secrets/%p.key\nLoadCredential=a%%b:%T/../etc/hostname'),
    'SetCredential= with specifiers, in the name alone': credentials('SetCredential=%p-a:%p\nSetCredential=c%%d:x%%y'),
    'LoadCredential= of one name twice': credentials('LoadCredential=a:/etc/hostname\nLoadCredential=a:/opt/secrets/plain'),
    'LoadCredential= of one name twice, the first of what does not exist': credentials(
      'LoadCredential=a:/nonexistent\nLoadCredential=a:/opt/secrets/plain',
    ),
    'LoadCredential= of one name from a file and from a store': credentials(
      'LoadCredential=stored:/opt/secrets/plain\nLoadCredential=stored\nLoadCredential=also:stored\nLoadCredential=also:/opt/secrets/plain',
    ),
    'LoadCredential= that is reset': credentials(
      'LoadCredential=a:/etc/hostname\nLoadCredential=\nLoadCredential=b:/opt/secrets/plain\nSetCredential=c:d\nSetCredential=',
    ),
    'LoadCredential= with nothing behind the colon': credentials('LoadCredential=stored:'),
    'LoadCredential= of a name with blanks': credentials('LoadCredential=a b:/opt/secrets/plain\nSetCredential=c d:e'),
    'credentials whose names are none': credentials(
      [
        'LoadCredential=..:/etc/hostname',
        'LoadCredential=.:/etc/hostname',
        'LoadCredential=a/b:/etc/hostname',
        'SetCredential=..:x',
        'SetCredential=.:x',
      ].join('\n'),
    ),
    'LoadCredential= of paths that are none': credentials(
      'LoadCredential=a:/opt/secrets/../secrets/plain\nLoadCredential=b:/opt/./secrets/plain\nLoadCredential=c:x/y\nLoadCredential=d:x:y',
    ),
    'LoadCredential= of a path with more slashes than it needs': credentials('LoadCredential=a:/opt//secrets///plain'),
    'SetCredential= with a null byte': credentials('SetCredential=a:\\x00b\\000'),
    'SetCredential= with an escape that there is not': credentials('SetCredential=a:kept\nSetCredential=a:\\q'),
    'SetCredential= without data': credentials('SetCredential=a:\nSetCredential=b\nSetCredential=:c'),
    'credentials of control processes': {
      unit: 'SetCredential=a:b\nExecStartPre=PROBE\nExecStart=PROBE\nExecStartPost=PROBE',
      look: ['credentials'],
    },
    'credentials of a service that has stopped': {
      ...credentials('SetCredential=a:b\nRemainAfterExit=yes'),
      after:
        'ls /run/credentials | grep -c NAME; systemctl stop NAME; settle NAME; ls /run/credentials | grep -c NAME; grep -c credentials/NAME /proc/self/mountinfo',
    },
    'what the mount of credentials is called': {
      ...credentials('SetCredential=a:b\nRemainAfterExit=yes'),
      after: 'sed -n "s|.* /run/credentials/NAME[^ ]* .* - ||p" /proc/self/mountinfo; systemctl stop NAME',
    },
    'credentials of a start that fails': {
      ...credentials('SetCredential=a:b\nExecStart=/bin/false'),
      after: 'ls /run/credentials | grep -c NAME; grep -c credentials/NAME /proc/self/mountinfo',
    },
  },
  { setup },
);
