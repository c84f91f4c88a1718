import { join } from 'node:path';
import { type Case, compareManagers, compiled } from './both.ts';

/** What is passed on is the same but for pids and times; its order is that of each sender alone. */
const passedOn = `
      masked() { LC_ALL=C sed -E 's/[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]{8} /TIME /; s/\\[[0-9]+\\]/[PID]/; s/^(systemd|tysd-keeper) /init /' "$1"; }
      has() { grep -qF -- "$2" "$1"; }`;

function service(lines: string): string {
  return `[Unit]\nDefaultDependencies=no\n[Service]\n${lines}\n`;
}

const cases: Readonly<Record<string, Case>> = {
  'what is passed on to a syslog daemon, and to whom is logged in': {
    units: {
      'fwd-out.service': service(
        'User=daemon\nSyslogIdentifier=named\nSyslogFacility=local1\nExecStart=/bin/sh /etc/systemd/system/fwd/out.sh',
      ),
      // The shell stays what it is: the receiver looks at the sender's name as late as it comes to that.
      'fwd/out.sh':
        'echo plain; echo "<3>an error"; echo "<7>chatty"; echo "  blanks  "; echo "   "; printf "<4>\\r\\n"; printf "tab\\there\\n"; sleep 1000; exit\n',
      'fwd-sent.service': service('User=daemon\nExecStart=/bin/sh /etc/systemd/system/fwd/sent.sh'),
      'fwd/sent.sh': `/act datagram /dev/log '<30>Jan  1 00:00:00 prog[5]: old style' datagram /dev/log 'no priority' datagram /dev/log '<31>too chatty' sleep 300
        /act datagram /run/systemd/journal/socket "$(printf 'MESSAGE=native\\nPRIORITY=3\\nSYSLOG_FACILITY=4\\nSYSLOG_IDENTIFIER=mine\\n.')" sleep 300
        /act datagram /run/systemd/journal/socket "$(printf 'MESSAGE=without a name\\nPRIORITY=4\\n.')" sleep 300
        /act datagram /run/systemd/journal/socket "$(printf 'PRIORITY=4\\nNO=message\\n.')" datagram /dev/log '<8>cry: it burns' sleep 300
        systemd-cat -t guest -p notice sh -c 'echo by itself; exec sleep 1'
        echo end; sleep 1000; exit\n`,
    },
    script: `${passedOn}
      /receive /run/systemd/journal/syslog >/run/t/syslog 2>&1 & receiver=$!
      until_ok test -S /run/systemd/journal/syslog
      script -qfc 'tty >/run/t/tty; exec sleep 1000' /run/t/terminal >/dev/null 2>&1 </dev/null & terminal=$!
      until_ok test -s /run/t/tty
      perl -e '$line = $ARGV[0]; $line =~ s,^/dev/,,; print pack("s x2 l a32 a4 a32 a256 x52", 7, $$, $line, "1", "root", "")' "$(cat /run/t/tty)" >/run/utmp
      systemctl start fwd-out
      until_ok has /run/t/syslog here
      systemctl start fwd-sent
      until_ok has /run/t/syslog end; until_ok has /run/t/terminal burns
      for who in named prog 'no priority' too mine 'without a name' cry guest; do masked /run/t/syslog | grep -F -- "$who"; done
      masked /run/t/syslog | grep 'Started fwd-out'
      masked /run/t/terminal | grep -v '^Script' | sed -E 's/\\([A-Z][a-z]{2} .*\\)/(TIME)/' | cat -v
      rm /run/utmp; kill $receiver $terminal; systemctl stop fwd-out fwd-sent`,
  },
};

compareManagers('what the journal passes on', cases, {
  profile: 'journal',
  setup: `mkdir -p etc/systemd/journald.conf.d
    printf '[Journal]\\nForwardToSyslog=yes\\nMaxLevelSyslog=info\\n' >etc/systemd/journald.conf.d/forward.conf`,
  programs: { '/receive': () => compiled(join(import.meta.dirname, 'helpers'), ['receive.c']) },
});
