import { readSamples } from './samples.ts';
import { Samples } from './statistics.ts';
import type { Subject } from './subjects.ts';
import { serviceName, type Kind } from './units.ts';

/** Median times in milliseconds (or rates a second) of what is done to a running manager, by subject. */
export type RunTime = ReadonlyMap<string, Samples>;

interface Session {
  readonly kind: Kind;
  readonly count: number;
  readonly script: string;
}

/** The run-time operations that can be measured alone, and `run` for all of them. */
export type Part = 'run' | 'sockets' | 'timers' | 'transactions';

function sessionsOf(parts: readonly Part[], steady: number, quick: boolean): readonly Session[] {
  const has = (part: Part): boolean => parts.includes('run') || parts.includes(part);
  const repeats = quick ? 10 : 30;
  const general: readonly Session[] = [
    { kind: 'simple', count: 20, script: small(repeats) },
    { kind: 'simple', count: steady, script: large(repeats, steady) },
  ];
  return [
    ...(parts.includes('run') ? general : []),
    ...(has('transactions') ? [{ kind: 'simple', count: 20, script: transactions(quick ? 500 : 5000) } as const] : []),
    ...(has('sockets') ? socketSessions(steady, quick) : []),
    ...(has('timers') ? [{ kind: 'simple', count: 1, script: armed(quick ? 500 : 10_000) } as const] : []),
  ];
}

/** Measures the run-time operations in one container each, alternating the subjects. */
export function measureRunTime(
  subjects: readonly Subject[],
  steady: number,
  runs: number,
  quick: boolean,
  parts: readonly Part[],
  say: (line: string) => void,
): RunTime {
  const able = subjects.filter((subject) => subject.control !== undefined && subject.name !== 'systemd-bare');
  const results = new Map(able.map((subject) => [subject.name, new Samples()]));
  for (const session of sessionsOf(parts, steady, quick)) {
    for (let run = 0; run < runs; run++) {
      for (const subject of able) {
        const script = session.script.replaceAll('@CTL@', subject.control?.systemctl ?? '');
        const booted = subject.boot({ kind: session.kind, count: session.count, script });
        if (typeof booted === 'string') say(`${subject.name}: run time: ${booted}`);
        else for (const [name, value] of readSamples(booted.output)) results.get(subject.name)?.add(name, value);
      }
    }
  }
  return results;
}

/** Services for single connections; and many sockets, as they are started, reloaded and used. */
function socketSessions(steady: number, quick: boolean): readonly Session[] {
  return [
    { kind: 'simple', count: 1, script: accepting(quick ? 100 : 500) },
    { kind: 'listen', count: steady, script: listening(steady) },
  ];
}

/** The times of the clients say what the machine had to spare; the processor time of the whole container says what it cost. */
function accepting(count: number): string {
  const o = operations;
  return `${preamble}
used() { sed -n 's/^usage_usec //p' /sys/fs/cgroup/cpu.stat; }
@CTL@ start accept.socket
/bench/socket-client /run/accept.sock ${count} 8 >/dev/null; sleep 0.5
for i in 1 2 3; do
  p "${o.acceptedAlone}" /bench/socket-client /run/accept.sock ${count} 1 rate; sleep 0.3
  a=$(used); p "${o.accepted}" /bench/socket-client /run/accept.sock ${count} 8 rate; sleep 0.3; b=$(used)
  printf '${o.acceptedCpu}\\t{"each_us":%s}\\n' $(((b - a) / ${count}))
done
/bench/floor-manager accept /run/floor.sock /bench/socket-onebyte --conn & floor=$!
while ! [ -S /run/floor.sock ]; do sleep 0.1; done; /bench/socket-client /run/floor.sock ${count} 8 >/dev/null
for i in 1 2 3; do
  a=$(used); p "${o.acceptedFloor}" /bench/socket-client /run/floor.sock ${count} 8 rate; sleep 0.3; b=$(used)
  printf '${o.acceptedFloorCpu}\\t{"each_us":%s}\\n' $(((b - a) / ${count}))
done
kill $floor
`;
}

function listening(count: number): string {
  const o = operations;
  return `${preamble}
ls /etc/systemd/system | grep '^b-.*socket$' >/tmp/names
${latencies(5, [[o.listenReload, '@CTL@ daemon-reload']])}sleep 0.5
for i in $(seq 0 9); do p "${o.listenFirstByte}" /bench/socket-client /run/listen/$((i * ${count} / 10)) 1; sleep 0.2; done
@CTL@ stop $(sed 's/socket$/service/' /tmp/names) 2>/dev/null
@CTL@ stop $(cat /tmp/names)
sleep 0.5
${latencies(1, [[o.listenAll, '@CTL@ start $(cat /tmp/names)']])}
printf 'sockets that are missing\\t{"per_s":%s}\\n' $((${count} - $(ls /run/listen | wc -l)))
`;
}

const preamble = `p() { printf '%s\\t' "$1"; shift; "$@"; }
sleep 1
`;

/** The names under which the scripts report, in the order of the table. */
export const operations = {
  spawn: 'spawn floor',
  client: 'start of the whole tool',
  startOneshot: 'start of a oneshot',
  restart: 'restart of a simple service',
  isActive: 'is-active',
  show: 'show of one unit',
  firstByteUnix: 'first byte, unix socket',
  firstByteTcp: 'first byte, tcp socket',
  answeredUnix: 'later byte, unix socket',
  revival: 'killed service runs again',
  crashes: 'crash restarts a second',
  crashesFloor: 'the floor of a manager: restarts a second',
  acceptedAlone: 'connections a second, Accept=yes, one at a time',
  accepted: 'connections a second, Accept=yes, eight at a time',
  acceptedCpu: 'CPU of a connection, Accept=yes',
  acceptedFloor: 'the floor of a manager: connections a second, eight at a time',
  acceptedFloorCpu: 'the floor of a manager: CPU of a connection',
  listenAll: 'start of many sockets',
  listenReload: 'daemon-reload, many sockets',
  listenFirstByte: 'first byte, many sockets',
  reload: 'daemon-reload, many active',
  startOneshotLarge: 'start of a oneshot, many active',
  isActiveLarge: 'is-active, many active',
  list: 'list-units, many active',
  transaction: 'transaction over 5,000 targets',
  transactionAgain: 'the same, nothing to do',
  transactionStop: 'its stop',
  transactionReload: 'daemon-reload, 5,000 targets',
  timersArm: 'arming of 10,000 timers',
  timersIdle: 'CPU of a second, 10,000 timers armed',
  timersMemory: 'private memory in MB, 10,000 timers armed',
  timersReload: 'daemon-reload, 10,000 timers armed',
  stopAll: 'stop of many',
  stopFloor: 'the floor of a manager: stop of many',
  startAll: 'start of many',
} as const;

/** Each repeated this often, in turns with the others, so that what disturbs one disturbs all. */
function latencies(repeats: number, commands: readonly (readonly [name: string, command: string])[]): string {
  return `/bench/command-latency ${repeats} ${commands.map(([name, command]) => `"${name}" ${command}`).join(' -- ')}\n`;
}

function small(repeats: number): string {
  const o = operations;
  const commands = latencies(repeats, [
    [o.spawn, '/bin/true'],
    [o.client, '@CTL@ --version'],
    [o.startOneshot, '@CTL@ start x-true.service'],
    [o.isActive, `@CTL@ is-active ${serviceName(1)}`],
    [o.show, `@CTL@ show ${serviceName(1)}`],
    [o.restart, '@CTL@ restart x-sleep.service'],
  ]);
  return `${preamble}${commands}
@CTL@ start unix.socket tcp.socket
for i in $(seq ${Math.ceil(repeats / 3)}); do for k in unix:/run/unix.sock tcp:7001; do
  sleep 0.2
  p "first byte, \${k%%:*} socket" /bench/socket-client \${k#*:} 1
  [ $i = 1 ] && [ $k = unix:/run/unix.sock ] && p "${o.answeredUnix}" /bench/socket-client \${k#*:} 500
  @CTL@ stop \${k%%:*}.service
done; done
@CTL@ start revive.service; sleep 0.2
p "${o.revival}" /bench/revive measure /run/revive ${repeats}
@CTL@ stop revive.service
@CTL@ start --no-block crash.service; sleep 1
: >/run/crash.ticks; a=$(date +%s%N); sleep 2; b=$(date +%s%N); c=$(wc -c </run/crash.ticks)
@CTL@ stop crash.service
printf '${o.crashes}\\t{"per_s":%s}\\n' $((c * 1000000000 / (b - a)))
p "${o.crashesFloor}" /bench/floor-manager restart 2000 /bench/tick /run/crash.ticks
`;
}

function large(repeats: number, count: number): string {
  const o = operations;
  const commands = latencies(repeats, [
    [o.startOneshotLarge, '@CTL@ start x-true.service'],
    [o.isActiveLarge, `@CTL@ is-active ${serviceName(1)}`],
  ]);
  return `${preamble}
ls /etc/systemd/system | grep '^b-.*service$' >/tmp/names
${latencies(5, [[o.reload, '@CTL@ daemon-reload']])}sleep 0.5
${commands}${latencies(5, [[o.list, '@CTL@ list-units --no-pager --all']])}
${latencies(1, [[o.stopAll, '@CTL@ stop $(cat /tmp/names)']])}
p "${o.stopFloor}" /bench/floor-manager stop ${count} /bin/sleep 100000
printf 'left running by the stop\\t{"per_s":%s}\\n' $(cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^sleep$')
sleep 0.5
${latencies(1, [[o.startAll, '@CTL@ start $(cat /tmp/names)']])}
printf 'missing after the start\\t{"per_s":%s}\\n' $((${count} - $(cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^sleep$')))
`;
}

/** Units without processes, each with three neighbours that it wants and follows: what is measured is the work on jobs alone. */
function transactions(count: number): string {
  const o = operations;
  return `${preamble}
mkdir -p /run/systemd/system; cd /run/systemd/system
awk -v n=${count} 'BEGIN { for (i = 0; i < n; i++) { f = "t-" i ".target"; print "[Unit]\\nDefaultDependencies=no\\nPartOf=t-all.target" >f
  split("1 7 31", d, " "); for (k in d) if (i >= d[k]) print "Wants=t-" (i - d[k]) ".target\\nAfter=t-" (i - d[k]) ".target" >f; close(f) }
  print "[Unit]\\nDefaultDependencies=no" >"t-all.target"; for (i = 0; i < n; i++) print "Wants=t-" i ".target" >"t-all.target" }'
cd /; @CTL@ daemon-reload; sleep 0.5
${latencies(1, [[o.transaction, '@CTL@ start t-all.target']])}
${latencies(5, [[o.transactionAgain, '@CTL@ start t-all.target']])}
printf 'targets missing\\t{"per_s":%s}\\n' $((${count} - $(@CTL@ list-units --plain --no-legend --state=active 't-*.target' | grep -c '^t-[0-9]')))
${latencies(3, [[o.transactionReload, '@CTL@ daemon-reload']])}
${latencies(1, [[o.transactionStop, '@CTL@ stop t-all.target']])}
`;
}

/** Timers that do not elapse while it is looked at what they cost; each has a service of its own, which is not loaded before. */
function armed(count: number): string {
  const o = operations;
  return `${preamble}
used() { sed -n 's/^usage_usec //p' /sys/fs/cgroup/cpu.stat; }
private() { for process in /proc/[0-9]*; do case $(cat $process/comm 2>/dev/null) in
  bash|sh|sleep|cat|'') ;; *) cat $process/smaps_rollup 2>/dev/null;; esac; done | awk '/^Private_/ { sum += $2 } END { print sum / 1024 }'; }
mkdir -p /run/systemd/system; cd /run/systemd/system
awk -v n=${count} 'BEGIN { print "[Unit]\\nDefaultDependencies=no" >"t-all.target"
  for (i = 0; i < n; i++) { f = "t-" i ".timer"; print "[Unit]\\nDefaultDependencies=no\\n[Timer]\\nOnActiveSec=1d\\nOnUnitActiveSec=1d" >f; close(f)
  f = "t-" i ".service"; print "[Unit]\\nDefaultDependencies=no\\n[Service]\\nType=oneshot\\nExecStart=/bin/true" >f; close(f)
  print "Wants=t-" i ".timer" >"t-all.target" } }'
cd /; @CTL@ daemon-reload; sleep 0.5
${latencies(1, [[o.timersArm, '@CTL@ start t-all.target']])}
printf 'timers missing\\t{"per_s":%s}\\n' $((${count} - $(@CTL@ list-units --plain --no-legend --state=active 't-*.timer' | grep -c '^t-[0-9]')))
# What arming them left to be collected is collected by then.
sleep 30; a=$(used); sleep 10; b=$(used)
printf '${o.timersIdle}\\t{"each_us":%s}\\n' $(((b - a) / 10))
printf '${o.timersMemory}\\t{"per_s":%s}\\n' $(private)
${latencies(3, [[o.timersReload, '@CTL@ daemon-reload']])}
`;
}
