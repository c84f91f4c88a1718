import { compareManagers } from './both.ts';

/** What process 1 makes in /run before any unit. */
compareManagers('the files in /run', {
  'lock files are everybody’s, and the container is named': {
    script: `
      stat -c '%n %F %a %U %G' /run/lock /run/systemd/container
      cat /run/systemd/container
      setpriv --reuid=1 --regid=1 --clear-groups touch /var/lock/ours && ls /run/lock
      setpriv --reuid=1 --regid=1 --clear-groups systemd-detect-virt`,
  },
});
