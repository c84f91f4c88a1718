import { type Case, compareManagers } from '../run/both.ts';

/** What `show` says of units with such lines: whether the list is inverted. The list itself is always empty, as this systemd is built without the framework of BPF. */
function shown(name: string, ...lines: readonly string[]): Case {
  const units = lines.map((each, index) => [`${name}${index}.service`, `[Service]\nExecStart=/bin/true\n${each}\n`] as const);
  return {
    units: Object.fromEntries(units),
    script: units.map(([unit]) => `systemctl show -p RestrictFileSystems ${unit} | sed 's/=\\(~*\\).*/=\\1/'`).join('\n'),
  };
}

compareManagers('what is shown of RestrictFileSystems=', {
  lists: shown(
    'list',
    '',
    'RestrictFileSystems=tmpfs ext4',
    'RestrictFileSystems=~tmpfs ext4',
    'RestrictFileSystems=ext4 tmpfs\nRestrictFileSystems=proc',
    'RestrictFileSystems=ext4 tmpfs\nRestrictFileSystems=~ext4',
    'RestrictFileSystems=~ext4\nRestrictFileSystems=ext4',
    'RestrictFileSystems=ext4\nRestrictFileSystems=~ext4',
    'RestrictFileSystems=~ext4\nRestrictFileSystems=',
  ),
  sets: shown(
    'set',
    'RestrictFileSystems=@temporary @security',
    'RestrictFileSystems=~@temporary',
    'RestrictFileSystems=@basic-api\nRestrictFileSystems=~proc',
  ),
  'what is not known': shown('odd', 'RestrictFileSystems=nonsense ext4', 'RestrictFileSystems=@nonsense ext4'),
});
