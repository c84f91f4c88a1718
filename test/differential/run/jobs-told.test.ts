import { compareManagers } from './both.ts';

const no = '[Unit]\nDefaultDependencies=no\n';

function target(...lines: readonly string[]): string {
  return `${no}${lines.join('\n')}\n`;
}

compareManagers(
  'what is told of jobs, and waited for',
  {
    'start --wait waits until services have ended, and tells whether one failed': {
      units: {
        'waits-fails.service': `${no}[Service]\nExecStart=/act sleep 300 exit 3`,
        'waits-ends.service': `${no}[Service]\nExecStart=/act sleep 300 exit 0`,
        'waits-killed.service': `${no}[Service]\nExecStart=/act sleep 300 raise 9 wait`,
        'waits-once.service': `${no}[Service]\nType=oneshot\nExecStart=/act exit 1`,
        'waits-remains.service': `${no}[Service]\nType=oneshot\nExecStart=/act sleep 100`,
      },
      script: `
      # systemctl asks systemd over the bus to wait.
      [ -d /opt/tysd ] || until_ok systemctl is-active dbus.socket
      for unit in fails ends killed once remains; do run timeout 30 systemctl start --wait waits-$unit; show waits-$unit.service; done
      run timeout 30 systemctl restart --wait waits-ends
      run timeout 30 systemctl start --wait waits-ends waits-fails
      show waits-ends.service waits-fails.service`,
    },
    'which job is left out for a cycle of order, and what is said of it': {
      units: {
        'dbus.socket.d/tests.conf': no,
        'dbus.service.d/tests.conf': no,
        'cyc-a.target': target('Requires=cyc-b.target', 'Wants=cyc-c.target'),
        'cyc-b.target': target('After=cyc-c.target'),
        'cyc-c.target': target('After=cyc-b.target'),
        'cyc-d.target': target('Requires=cyc-e.target', 'After=cyc-e.target'),
        'cyc-e.target': target('Requires=cyc-d.target', 'After=cyc-d.target'),
      },
      // From which of the jobs the cycle is told is chance, there.
      script: `
      run systemctl start cyc-a.target
      show cyc-a.target cyc-b.target cyc-c.target
      quiet systemctl start cyc-d.target
      show cyc-d.target cyc-e.target
      logged() { journalctl -o cat --no-pager | grep -q 'cyc-.*Unable to break'; }
      until_ok logged
      journalctl -o cat --no-pager | grep '^cyc-' | grep -i 'ordering\\|dependency on\\|break' | sed -E -e 's/cyc-[bc].target: (Found|Job)/START: \\1/' \
        -e 's/(ordering cycle on|dependency on|starting with) cyc-[bc].target/\\1 ONE/' -e 's/cyc-[de].target/ONE/g'`,
    },
  },
  { profile: 'dbus' },
);
