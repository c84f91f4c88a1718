import { readFileSync } from 'node:fs';
import { describe } from 'node:test';
import { compareManagers, whyNotAsked } from './both.ts';

/**
 * The machine's clock is set for real here, by one microsecond forth and one back: to the kernel, and so to managers, that is a
 * jump like any other, and nothing else on the machine can tell it from drift. Jumps of hours and years are simulated
 * (test/scenario/clock.test.ts).
 */
const why = whyNotAsked ?? (maySetClock() ? undefined : 'needs CAP_SYS_TIME');

const no = '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n';
const names = ['on', 'off', 'zone', 'busy', 'soon', 'passed', 'once', 'stopped', 'absent', 'several'];
const far = 'OnCalendar=2099-01-01';
const timers: Readonly<Record<string, string>> = {
  on: 'OnClockChange=yes',
  off: `OnClockChange=no\n${far}`,
  zone: `OnTimezoneChange=yes\n${far}`,
  busy: 'OnClockChange=yes',
  soon: 'OnClockChange=yes\nOnActiveSec=1h\nOnUnitActiveSec=2h',
  // It has elapsed, and is for no time more; whether it still waits for the clock is what is asked.
  passed: 'OnClockChange=yes\nOnActiveSec=1ms',
  once: 'OnClockChange=yes\nRemainAfterElapse=no',
  stopped: 'OnClockChange=yes',
  absent: 'OnClockChange=yes',
  several: `OnClockChange=yes\nOnTimezoneChange=yes\n${far}\nPersistent=yes`,
};
const notes = '[Service]\nType=oneshot\nExecStart=/act to /run/t/jump-NAME note ran env TRIGGER_UNIT\n';
const services: Readonly<Record<string, string>> = { busy: `${notes.trim().replace('Type=oneshot', 'Type=exec')} wait\n` };

describe('a clock that is set', { skip: why }, () => {
  if (why !== undefined) return;
  compareManagers('timers and a clock that is set', {
    'forth and back': {
      units: {
        ...Object.fromEntries(names.map((name) => [`jump-${name}.timer`, `${no}[Timer]\nAccuracySec=1us\n${timers[name]}\n`])),
        ...Object.fromEntries(
          names
            .filter((name) => name !== 'absent')
            .map((name) => [`jump-${name}.service`, `${no}${(services[name] ?? notes).replaceAll('NAME', name)}`]),
        ),
      },
      script: `
        all() { table ActiveState,SubState,Result ${names.map((name) => `jump-${name}.timer`).join(' ')}; notes ${names.map((name) => `jump-${name}`).join(' ')}; }
        times() { [ "$(grep -c ran /run/t/jump-on)" = "$1" ]; }
        settled() { settle ${names
          .filter((name) => name !== 'absent')
          .map((name) => `jump-${name}.service`)
          .join(' ')}; }
        systemctl start ${names.map((name) => `jump-${name}.timer`).join(' ')} 2>/dev/null
        systemctl stop jump-stopped.timer
        heard jump-passed ran
        until_ok property jump-passed.service ActiveState inactive
        all
        for back in 1 -1 1 -1; do
          run /act jump $back
          count=$((count + 1))
          until_ok times $count
          settled
          all
        done
        run systemctl daemon-reload
        run /act jump 1
        until_ok times 5
        settled
        run systemctl daemon-reexec
        run /act jump -1
        until_ok times 6
        settled
        all
        systemctl stop ${names.map((name) => `jump-${name}.timer`).join(' ')} jump-busy.service 2>/dev/null`,
    },
  });
});

function maySetClock(): boolean {
  const capabilities = /^CapEff:\t(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${capabilities}`) >> 25n) & 1n) === 1n;
}
