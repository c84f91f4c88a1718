import { compareProbes, type Probe } from './compare.ts';

/** A service that leaves a terminal of its own in disorder, and what is left of that when the service has ended. */
function left(unit: string): Probe {
  return {
    unit: `TTYPath=/run/t/NAME.tty\n${unit}`,
    look: ['tty'],
    before: '/probe -p /run/t/NAME.tty </dev/null >/dev/null 2>&1 & until_ok test -e /run/t/NAME.tty',
    after: `
      stat -Lc '%u:%g %a' /run/t/NAME.tty
      stty -a -F /run/t/NAME.tty | tr ';' '\\n' | grep -e echo -e icrnl -e rows -e intr | tr -s ' '
      kill $(pgrep -f "^/probe -p /run/t/NAME.tty$")`,
  };
}

const disorder = "ExecStop=/bin/sh -c 'stty -F /run/t/NAME.tty raw -echo intr x; chmod 0777 /run/t/NAME.tty'\nRemainAfterExit=no";

compareProbes('a terminal when its service has ended', {
  'a terminal that is the input': left('StandardInput=tty\nStandardOutput=null'),
  'a terminal that is the input of a user': left('User=probe\nStandardInput=tty\nStandardOutput=null'),
  'a terminal that is the output': left('StandardOutput=tty\nUser=probe'),
  'a terminal that is only named': left('User=probe\nStandardOutput=null'),
  'TTYReset=': left(`User=probe\nStandardInput=tty\nStandardOutput=null\nTTYReset=yes\n${disorder}`),
  'without TTYReset=': left(`User=probe\nStandardInput=tty\nStandardOutput=null\n${disorder}`),
  'TTYReset= of a terminal that is only named': left(`StandardOutput=null\nTTYReset=yes\n${disorder}`),
  'TTYVHangup=': left(`StandardInput=tty\nStandardOutput=null\nTTYVHangup=yes\n${disorder}`),
  'TTYVTDisallocate=': left(`StandardInput=tty\nStandardOutput=null\nTTYVTDisallocate=yes\n${disorder}`),
});
