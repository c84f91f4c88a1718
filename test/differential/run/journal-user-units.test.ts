import { compareManagers, type Case } from './both.ts';
import { readFields } from './entry-fields.ts';

/** A shell that says a line, in the cgroup that a user's manager gives its unit; it stays until the line is stored. */
const say = `say() { # UID UNIT WORD
      local group=/sys/fs/cgroup/user.slice/user-$1.slice/user@$1.service/app.slice/$2
      mkdir -p $group
      setpriv --reuid $1 --clear-groups bash -c 'read -r; exec /act datagram /dev/log "<13>word: $0" sleep 1000' "$3" < <(until [ -e /run/t/$3 ]; do sleep 0.05; done; echo) &
      echo $! >$group/cgroup.procs; : >/run/t/$3
      logged $3
    }`;

const cases: Readonly<Record<string, Case>> = {
  'units of a user and of the system that are called the same': {
    units: {
      'own-a.service': '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo from-the-system; sleep 0.5"',
    },
    script: `${readFields}
      ${say}
      systemctl start own-a.service; logged from-the-system
      say 0 own-a.service word-of-root; say 1 own-a.service word-of-daemon; say 0 own-b.service word-of-another
      /act datagram /run/systemd/journal/socket "$(printf 'MESSAGE=dump-of-root\\nCOREDUMP_USER_UNIT=own-a.service\\n.')" datagram /run/systemd/journal/socket "$(printf 'MESSAGE=dump-of-system\\nMESSAGE_ID=fc2e22bc6ee647b6b90729ab34a250b1\\nCOREDUMP_UNIT=own-a.service\\n.')"
      logged dump-of-root; logged dump-of-system
      words() { echo "== $*"; journalctl -q -o cat "$@" | grep -E 'word-|from-|dump-' | sort; }
      words --user-unit=own-a; words -u own-a; words --user-unit=own-a.service --user-unit=own-b.service
      words --user-unit='own-*'; words -u 'own-*'; words -u own-a --user-unit=own-b
      words --user-unit=none; words --user-unit='none*'; words -u user@0.service; words -u user-1.slice
      words _SYSTEMD_USER_UNIT=own-a.service; words _SYSTEMD_USER_UNIT=own-a.service -u own-a
      setpriv --reuid 1 --clear-groups journalctl -q -o cat --user-unit=own-a 2>&1 | grep -c from-the-system`,
  },
};

compareManagers('units of users in the journal', cases, { profile: 'journal' });
