// Programs that log by systemd's own library, or by its module for Python.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { boot } from './container.ts';
import { debianImage, whyNoImage } from './image.ts';

const early = '[Unit]\nDefaultDependencies=no\n';

/**
 * What does not fit into a datagram goes in a sealed file in memory, whose descriptor is sent; root's datagrams may have megabytes. Who sent
 * an entry is looked up when it is read, so the program stays.
 */
const program = `
import ctypes, logging
from systemd import journal
library = ctypes.CDLL("libsystemd.so.0")
library.sd_journal_print(3, b"printed %s %d", b"by C", 7)
library.sd_journal_send(b"MESSAGE=sent %s", b"by C", b"PRIORITY=4", b"FIELD=of C", None)
journal.send("sent by Python", PRIORITY="5", FIELD="two\\nlines", CODE_FUNC="own")
logger = logging.getLogger("named"); logger.addHandler(journal.JournalHandler(SYSLOG_IDENTIFIER="handler")); logger.warning("by a handler")
print("by a stream", file=journal.stream("streamed", 6), flush=True)
journal.send("large", BIG="x" * 3000000)
import os; os.setuid(1)
journal.send("large too", MORE="y" * 700000)
import signal; signal.pause()
`;
import { buildTysd } from './dist.ts';

describe('programs that log', { skip: whyNoImage() ?? false }, () => {
  test(
    'by libsystemd and by python3-systemd have from tysd the entries that they have from systemd, large ones too',
    { timeout: 600_000 },
    () => {
      buildTysd();
      const ours = said('tysd');
      assert.equal(ours.length, 9);
      // A stream comes by a way of its own.
      assert.deepEqual(ours.toSorted(), said('systemd').toSorted());
    },
  );
});

function said(manager: 'systemd' | 'tysd'): readonly string[] {
  const { output, errors } = boot({
    manager,
    profile: 'journal',
    rootfs: debianImage(['dbus', 'python3-systemd'], { systemd: true }),
    target: 'nothing.target',
    units: {
      'nothing.target': early,
      'talks.service': `${early}[Service]\nExecStart=/usr/bin/python3 /etc/systemd/system/talks.py\n`,
      'talks.py': program,
    },
    script: `[ -d /opt/tysd ] && PATH=/opt/tysd:$PATH
      systemctl start talks
      for _ in $(seq 600); do journalctl -q -o cat -u talks | grep -q 'large too' && break; sleep 0.05; done
      journalctl -q -u talks -o json --output-fields=${names.join()} _COMM=python3
      journalctl -q -u talks -o cat --output-fields=BIG MESSAGE=large | wc -c; journalctl -q -u talks -o cat --output-fields=MORE 'MESSAGE=large too' | wc -c`,
  });
  assert.match(output, /large/, errors);
  const lines = output.trimEnd().split('\n');
  return lines.map((line) => (line.startsWith('{') ? JSON.stringify(wanted(JSON.parse(line))) : line));
}

const names = ['MESSAGE', 'PRIORITY', 'FIELD', 'SYSLOG_IDENTIFIER', '_TRANSPORT', '_UID', 'CODE_FUNC'];

function wanted(entry: Readonly<Record<string, unknown>>): readonly unknown[] {
  return names.map((name) => entry[name] ?? '');
}
