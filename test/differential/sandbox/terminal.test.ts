import { compareProbes, type Probe } from './compare.ts';

const terminal = '/probe -p /run/t/NAME.tty </dev/null >/dev/null 2>&1 & until_ok test -e /run/t/NAME.tty';
const done = 'kill $(pgrep -f "^/probe -p /run/t/NAME.tty$")';

/** A service with a terminal of its own, which no other process has. */
function onTerminal(unit: string, look: Probe['look'] = ['tty', 'signals', 'environment TERM']): Probe {
  return { unit: `TTYPath=/run/t/NAME.tty\n${unit}`, look, before: terminal, after: done };
}

/** The same, but a session has it already. */
function taken(unit: string): Probe {
  return {
    ...onTerminal(unit),
    before: `${terminal}; setsid --ctty sleep 60 <>/run/t/NAME.tty >&0 2>&0 & until_ok sh -c 'ps -o tty= -C sleep | grep -q pts'`,
    after: done,
  };
}

compareProbes('which terminal a process has', {
  'StandardInput=tty': onTerminal('StandardInput=tty'),
  'StandardInput=tty with an output to it': onTerminal('StandardInput=tty\nStandardOutput=tty\nStandardError=inherit'),
  'StandardInput=tty-force': onTerminal('StandardInput=tty-force\nStandardOutput=null'),
  'StandardInput=tty-fail': onTerminal('StandardInput=tty-fail\nStandardOutput=null'),
  'StandardInput=tty of a user': onTerminal('User=probe\nStandardInput=tty\nStandardOutput=null'),
  'StandardInput=tty-fail of a terminal that is taken': taken('StandardInput=tty-fail\nStandardOutput=null'),
  'StandardInput=tty-force of a terminal that is taken': taken('StandardInput=tty-force\nStandardOutput=null'),
  'StandardOutput=tty': onTerminal('StandardOutput=tty'),
  'TTYRows= and TTYColumns=': onTerminal('StandardInput=tty\nStandardOutput=null\nTTYRows=33\nTTYColumns=99'),
  'TTYRows= alone': onTerminal('StandardInput=tty\nStandardOutput=null\nTTYRows=12'),
  'TTYReset=': {
    ...onTerminal('StandardInput=tty\nStandardOutput=null\nTTYReset=yes'),
    before: `${terminal}; stty raw -echo igncr </run/t/NAME.tty`,
  },
  'TTYVHangup= and TTYVTDisallocate=': onTerminal('StandardInput=tty\nStandardOutput=null\nTTYVHangup=yes\nTTYVTDisallocate=yes'),
  'a terminal that does not exist': { unit: 'TTYPath=/run/t/none.tty\nStandardInput=tty\nStandardOutput=null', look: ['tty'] },
});
