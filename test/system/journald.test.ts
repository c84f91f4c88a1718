// Another journal than tysd's own, which a unit of tysd's is: a double that tells what it is given, and goes away.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { boot } from './container.ts';
import { systemdImage, whyNoImage } from './image.ts';
import { buildTysd } from './dist.ts';

const early = '[Unit]\nDefaultDependencies=no\n';

/** Notes what comes: streams by what they begin with and say, with the uid of who connected; datagrams by their fields. */
const peer = `use Socket; use IO::Select; $| = 1;
open my $streams, "+<&=", 3; open my $datagrams, "+<&=", 4; open my $notes, ">>", "/run/notes"; $notes->autoflush(1);
my $all = IO::Select->new($streams, $datagrams); my %text;
while (my @ready = $all->can_read) { for my $fd (@ready) {
  if ($fd == $streams) { accept my $one, $streams; $all->add($one); my ($pid, $uid) = unpack "iii", getsockopt($one, SOL_SOCKET, 17); $text{$one} = "$uid|"; next }
  my $got = sysread $fd, my $bytes, 65536;
  if ($fd == $datagrams) { $bytes =~ s/\\n/|/g; print $notes "datagram $bytes\\n" if $bytes =~ /UNIT=/; next }
  if ($got) { $bytes =~ s/\\n/|/g; $text{$fd} .= $bytes; next }
  print $notes "stream $text{$fd}\\n"; $all->remove($fd); close $fd } }
`;

const script = `
PATH=/opt/tysd:$PATH
until_ok() { for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done; echo "gave up: $*"; }
noted() { grep -q -- "$1" /run/notes; }
own() { journalctl -q -o cat -D /var/lib/tysd/journal -u "$@" | grep -v Deactivated; }
kept() { own "$1" | grep -q "$2"; }
systemctl start before
until_ok kept before 'to tysd'
systemctl start peer.socket
systemctl start says asks
until_ok noted 'user|asks.service'; until_ok noted 'MESSAGE=Finished says'
sort /run/notes | grep ^stream
grep -c 'datagram.*|MESSAGE=Finished says.service.|.*UNIT=says.service|.*MESSAGE_ID=39f53479d3a045ac8e11786248231fbf|' /run/notes
echo "== of the double, tysd has only what it says itself"
own says; own asks
echo "== over the death of the manager"
kill -KILL $(pgrep -f '^/opt/tysd/tysd --process=manager'); kill -KILL $(pgrep -f '^/opt/tysd/tysd --process=journal')
systemctl start later
until_ok noted 'later.service'; until_ok noted 'MESSAGE=Finished later'
grep -c 'stream 0|sh|later.service' /run/notes
echo "== a reader that is not there"
systemctl status says 2>&1 | sed -n '/^$/,$p' | grep -o 'Finished.*'
journalctl -n1 2>&1 | head -1
echo "== when it is gone"
systemctl stop peer.socket peer.service
systemctl start after
until_ok kept after 'to tysd again'; until_ok kept after Finished
own after
journalctl -q -o cat -u after 2>&1 | head -1
`;

const once = (lines: string): string => `${early}[Service]\nType=oneshot\n${lines}\n`;

const inner = (word: string): string => once(`User=daemon\nExecStart=/bin/sh -c "echo ${word}; sleep 0.5"\nRemainAfterExit=yes`);

describe('another journal on the machine', { skip: whyNoImage() }, () => {
  test('has what services and tysd say as long as it listens, and tysd has the rest', { timeout: 300_000 }, () => {
    buildTysd();
    const booted = boot({
      manager: 'tysd',
      rootfs: systemdImage(),
      target: 'nothing.target',
      units: {
        'nothing.target': early,
        'peer.socket': `${early}[Socket]\nListenStream=/run/systemd/journal/stdout\nListenDatagram=/run/systemd/journal/socket\nSocketMode=0666\nPassCredentials=yes\n`,
        'peer.service': `${early}[Service]\nStandardOutput=null\nExecStart=/usr/bin/perl /etc/systemd/system/peer/peer.pl\n`,
        'peer/peer.pl': peer,
        'before.service': once('ExecStart=echo to tysd'),
        'says.service': once('ExecStart=/bin/sh -c "echo plain; echo err >&2"'),
        'asks.service': once(
          'User=daemon\nSyslogIdentifier=user\nSyslogFacility=local1\nSyslogLevel=notice\nSyslogLevelPrefix=no\nStandardError=kmsg+console\nStandardOutput=null\nExecStart=/bin/sh -c "echo err >&2"',
        ),
        'later.service': once('ExecStart=/bin/sh -c "echo plain"'),
        'after.service': once('ExecStart=echo to tysd again'),
      },
      setup: 'rm usr/bin/journalctl',
      script,
    });
    assert.deepEqual(booted.output.trim().split('\n'), [
      'stream 0|sh|says.service|30|1|0|0|0|plain|err|',
      'stream 1|user|asks.service|141|0|0|1|1|err|',
      '1',
      '== of the double, tysd has only what it says itself',
      'Starting says.service...',
      'Finished says.service.',
      'Starting asks.service...',
      'Finished asks.service.',
      '== over the death of the manager',
      '1',
      '== a reader that is not there',
      'Finished says.service.',
      'What is logged is in the journal of systemd-journald, whose journalctl is not here; this is what tysd has.',
      '== when it is gone',
      'Starting after.service...',
      'to tysd again',
      'Finished after.service.',
      'Starting after.service...',
    ]);
  });

  test('beside systemd tysd keeps its log, and hands it over where it is told to', { timeout: 300_000 }, () => {
    buildTysd();
    const tysd = (name: string): string =>
      `${early}[Service]\nType=exec\nDelegate=yes\nExecStart=/opt/tysd/tysd --system --config=/etc/systemd/system/conf/${name} --runtime-directory=/run/${name} --state-directory=/run/${name}/state --unit-path=/etc/systemd/system/inner --unit=${name}.service\n`;
    const booted = boot({
      manager: 'systemd',
      rootfs: systemdImage(),
      profile: 'journal',
      target: 'nothing.target',
      units: {
        'nothing.target': early,
        'keeps.service': tysd('own'),
        'hands.service': tysd('over'),
        'conf/own': '[Tysd]\n',
        'conf/over': '[Tysd]\nJournal=system\n',
        'inner/own.service': inner('kept'),
        'inner/over.service': inner('handed'),
      },
      copies: { [join(import.meta.dirname, '../../dist')]: '/opt/tysd' },
      script: `
until_ok() { for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done; echo "gave up: $*"; }
systemctl start keeps hands
own() { /opt/tysd/tysctl --runtime-directory=/run/own logs -q -o cat "$@"; }
said() { journalctl -q -o cat "$@"; }
finished() { "$@" | grep -q Finished; }
until_ok finished own -u own; until_ok finished said -u over
own -u own | grep -v Deactivated
echo "== of the machine"
said -u own
said -u over | grep -v Deactivated
said -t sh | sort
journalctl -q -o json -t sh MESSAGE=handed | grep -o '"_UID":"[0-9]*"\\|"_SYSTEMD_CGROUP":"[^"]*over.service"' | sed 's/tysd-[0-9]*.scope/SCOPE/'
`,
    });
    assert.deepEqual(booted.output.trim().split('\n').toSorted(), [
      '"_SYSTEMD_CGROUP":"/system.slice/hands.service/SCOPE/system.slice/over.service"',
      '"_UID":"1"',
      '== of the machine',
      'Finished over.service.',
      'Finished own.service.',
      'Starting over.service...',
      'Starting own.service...',
      'handed',
      'kept',
    ]);
  });
});
