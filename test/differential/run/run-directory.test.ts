// What process 1 makes below /run for others, before it starts anything.
import { compareManagers } from './both.ts';

const nobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups';

compareManagers('below /run', {
  'whoever is not root can make a lock in /run/lock, and remove no other': {
    script: `
      stat -c '%A %U %G' /run/lock
      : >/run/lock/of-root
      ${nobody} sh -c ': >/run/lock/of-nobody && echo made; rm -f /run/lock/of-root; echo $?'
      stat -c '%U %n' /run/lock/of-*`,
  },
  'whoever is not root reads which container this is': {
    script: `
      stat -c '%A %U %G' /run/systemd/container
      ${nobody} cat /run/systemd/container`,
  },
});

compareManagers(
  'below /run where no container was named',
  { 'there is no file for its name': { script: '[ -e /run/systemd/container ] || echo none' } },
  { environment: { container: '' } },
);
