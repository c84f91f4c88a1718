import { Samples } from './statistics.ts';
import type { Subject } from './subjects.ts';
import { crowd } from './units.ts';

/** Lines a second until a query finds the last of them, by subject. */
export type Logs = ReadonlyMap<string, Samples>;

/** Lines a second of many services together until the last is stored. */
export const crowdStored = `${crowd} services: lines a second, until stored`;

/** A service writes many lines at once, and then as many are written by many services; the time is taken until the journal gives the last one back, or has counted all. */
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
      measureCrowd(subject, lines, samples, say);
    }
  }
  return results;
}

/** Together the services write as many lines as the one does alone. */
function measureCrowd(subject: Subject, lines: number, samples: Samples | undefined, say: (line: string) => void): void {
  const { systemctl = '', journalctl = '' } = subject.control ?? {};
  const each = Math.ceil(lines / crowd);
  const booted = subject.boot({ kind: 'oneshot', count: 1, script: crowdScript(systemctl, journalctl, each) });
  const facts = typeof booted === 'string' ? undefined : /^(\d+) (\d+) (\d+)$/m.exec(booted.output);
  if (!facts) return say(`${subject.name}: logs: ${typeof booted === 'string' ? booted : `no answer: ${booted.output.slice(-200)}`}`);
  const [began = 0, ended = 0, stored = 0] = facts.slice(1).map(Number);
  samples?.add(crowdStored, (each * crowd * 1e9) / (stored - began));
  samples?.add(`${crowd} services: lines a second, as they see it`, (each * crowd * 1e9) / (ended - began));
}

/** Entries have numbers, and both tools tell the last one. */
function crowdScript(systemctl: string, journalctl: string, each: number): string {
  return `sleep 1
number() { ${journalctl} --header 2>/dev/null | sed -n 's/^Tail sequential number: \\([0-9]*\\).*/\\1/p' | sort -n | tail -1; }
echo LINES=${each} >/run/logspam.env
wanted=$(($(number) + ${each * crowd + crowd}))
/bench/stamp /run/began
${systemctl} start logcrowd.target
/bench/stamp /run/ended
for i in $(seq 1200); do
  [ "$(number)" -ge "$wanted" ] && break
  sleep 0.05
done
[ "$(number)" -ge "$wanted" ] || echo "only $(number) of $wanted"
/bench/stamp /run/stored
echo $(cut -d' ' -f1 /run/began) $(cut -d' ' -f1 /run/ended) $(cut -d' ' -f1 /run/stored)
`;
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
