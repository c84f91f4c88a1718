import { compareProbes, type Probe } from './compare.ts';

/** A unit with an encrypted credential, which bash makes before: `encrypt NAME KEY [OPTION...]` reads what is to be encrypted. */
const encrypted = (before: string, unit: string): Probe => ({
  unit,
  look: ['credentials', 'environment CREDENTIALS_DIRECTORY'],
  before: `
    encrypt() { systemd-creds encrypt --name="$1" --with-key="$2" "\${@:3}" - - 2>/dev/null; }
    mkdir -p /run/t
    ${before}`,
  differs: [],
});

const refused = (before: string, unit: string, systemd: string, tysd: string): Probe => ({
  ...encrypted(before, unit),
  differs: [
    {
      systemd: `Failed at step CREDENTIALS spawning /probe: ${systemd}`,
      tysd: `Failed at step CREDENTIALS spawning /probe: ${tysd}`,
      why: 'systemd asks a child, and tells only that it failed',
    },
  ],
});

/** In a drop-in, since the ciphertext is another in each boot. */
const setIn = (text: string): string => `
  mkdir -p /run/systemd/system/NAME.service.d
  { echo '[Service]'; echo "SetCredentialEncrypted=${text}"; } >/run/systemd/system/NAME.service.d/set.conf
  systemctl daemon-reload`;

const file = '/run/t/NAME.cred';
const unit = `User=probe\nLoadCredentialEncrypted=a:${file}`;

compareProbes(
  'encrypted credentials',
  {
    'a file that is encrypted with the key of the machine': encrypted(`printf 'secret\\0text' | encrypt a host >${file}`, unit),
    'a file that is encrypted without a key': encrypted(`printf secret | encrypt a tpm2-absent >${file}`, unit),
    'an empty credential': encrypted(`printf '' | encrypt a host >${file}`, unit),
    'a large credential': encrypted(`head -c 700000 /dev/zero | encrypt a host >${file}`, unit),
    'a credential that is for any name': encrypted(`printf secret | encrypt '' host >${file}`, unit),
    'a credential that is good for a while': encrypted(`printf secret | encrypt a host --not-after='+1 year' >${file}`, unit),
    'a stored credential': encrypted(
      'printf secret | encrypt NAME host >/etc/credstore.encrypted/NAME\nprintf plain | encrypt NAME.plain host >/etc/credstore/NAME.plain',
      'LoadCredentialEncrypted=NAME\nLoadCredentialEncrypted=NAME.plain\nLoadCredentialEncrypted=nowhere',
    ),
    'a directory of credentials': encrypted(
      `mkdir -p ${file}/sub; printf one | encrypt d_one host >${file}/one; printf two | encrypt d_sub_two host >${file}/sub/two`,
      `LoadCredentialEncrypted=d:${file}`,
    ),
    'what is loaded comes before what is set': encrypted(
      `printf secret | encrypt a host >${file}`,
      `SetCredential=a:set\nLoadCredentialEncrypted=a:${file}\nLoadCredentialEncrypted=b:/nonexistent\nSetCredential=b:kept`,
    ),
    'of what is loaded under one name, encrypted or not, the last counts': encrypted(
      `printf secret | encrypt a host >${file}; printf plain >${file}.plain; printf secret | encrypt b host >${file}.b`,
      `LoadCredentialEncrypted=a:${file}\nLoadCredential=a:${file}.plain\nLoadCredential=b:${file}.plain\nLoadCredentialEncrypted=b:${file}.b`,
    ),
    'none of what stands before an empty line is loaded, encrypted or not': encrypted(
      `printf secret | encrypt a host >${file}; printf plain >${file}.plain`,
      `LoadCredentialEncrypted=a:${file}\nLoadCredential=\nLoadCredential=b:${file}.plain`,
    ),
    'a credential of another name': refused(`printf secret | encrypt b host >${file}`, unit, 'Protocol error', 'Object is remote'),
    'a credential whose time has passed': refused(
      `printf secret | encrypt a host --timestamp='2020-01-01' --not-after='2020-01-02' >${file}`,
      unit,
      'Protocol error',
      'Stale file handle',
    ),
    'a credential of which bytes are missing': refused(
      `printf secret | encrypt a host | base64 -d | head -c -3 | base64 >${file}`,
      unit,
      'Protocol error',
      'Bad message',
    ),
    'a credential that is only a beginning': refused(
      `printf secret | encrypt a host | base64 -d | head -c 20 | base64 >${file}`,
      unit,
      'Protocol error',
      'Bad message',
    ),
    'a credential of which a byte is another': refused(
      `printf secret | encrypt a host | base64 -d >${file}.raw; printf X | dd of=${file}.raw bs=1 seek=60 conv=notrunc 2>/dev/null; base64 <${file}.raw >${file}`,
      unit,
      'Protocol error',
      'Bad message',
    ),
    'a credential whose authenticated header is another': refused(
      `printf secret | encrypt a host | base64 -d >${file}.raw; printf X | dd of=${file}.raw bs=1 seek=33 conv=notrunc 2>/dev/null; base64 <${file}.raw >${file}`,
      unit,
      'Protocol error',
      'Bad message',
    ),
    'a credential of an unknown kind': refused(
      `head -c 100 /dev/zero | base64 >${file}`,
      unit,
      'Protocol error',
      'Operation not supported',
    ),
    'a file that is not Base64': refused(`echo '***' >${file}`, unit, 'Protocol error', 'Bad message'),
    'a file that does not exist': refused('', unit, 'Protocol error', 'No such file or directory'),
    'a credential in the unit': encrypted(setIn('a: $(printf secret | encrypt a host | tr -d "\\n")'), 'User=probe'),
    'a credential in the unit, of another name': refused(
      setIn('a: $(printf secret | encrypt b host | tr -d "\\n")'),
      '',
      'Protocol error',
      'Object is remote',
    ),
    'a credential in the unit that is not Base64': encrypted(setIn('a:***'), 'SetCredential=b:c'),
  },
  // The key is made before the first asks for it.
  {
    setup:
      'mkdir -p etc/credstore.encrypted etc/credstore; (echo -n 0123456789abcdef0123456789abcdef >etc/machine-id); chroot . systemd-creds setup',
  },
);
