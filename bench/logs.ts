import { Samples } from './statistics.ts';
import type { Subject } from './subjects.ts';

/** Lines a second until a query finds the last of them, by subject. */
export type Logs = ReadonlyMap<string, Samples>;

/** A service writes many lines at once; the time is taken until the journal gives the last one back. */
export function measureLogs(subjects: readonly Subject[], lines: number, runs: number, say: (line: string) => void): Logs {
  const able = subjects.filter((subject) => subject.control !== undefined && subject.name !== 'systemd-bare');
  const results = new Map(able.map((subject) => [subject.name, new Samples()]));
  for (let run = 0; run < runs; run++) {
    for (const subject of able) {
      const { systemctl = '', journalctl = '' } = subject.control ?? {};
      const booted = subject.boot({ kind: 'oneshot', count: 1, script: script(systemctl, journalctl, lines) });
      const facts = typeof booted === 'string' ? undefined : /^(\d+) (\d+) (\d+) (\d+)$/m.exec(booted.output);
      if (!facts) {
        say(`${subject.name}: logs: ${typeof booted === 'string' ? booted : `no answer: ${booted.output.slice(-200)}`}`);
        continue;
      }
      const [began = 0, ended = 0, found = 0, stored = 0] = facts.slice(1).map(Number);
      const samples = results.get(subject.name);
      samples?.add('lines a second, until found', (lines * 1e9) / (found - began));
      samples?.add('lines a second, as the writer sees it', (lines * 1e9) / (ended - began));
      samples?.add('lines stored of those written', stored / lines);
    }
  }
  return results;
}

function script(systemctl: string, journalctl: string, lines: number): string {
  return `sleep 1
echo LINES=${lines} >/run/logspam.env
${systemctl} start logspam.service
for i in $(seq 600); do
  ${journalctl} -u logspam.service -n 5 -o cat --no-pager 2>/dev/null | grep -q END-MARK && break
  sleep 0.05
done
/bench/stamp /run/found
set -- $(cat /run/logspam.stamps) $(cat /run/found)
echo $1 $2 $3 $(${journalctl} -u logspam.service -o cat --no-pager | grep -c '^line ')
`;
}
