import { type Case, compareManagers } from './both.ts';

const verbs = ['start', 'stop', 'restart', 'try-restart', 'reload', 'reload-or-restart', 'try-reload-or-restart'];
const pairs = verbs.flatMap((first) => verbs.map((second) => [first, second] as const));
const unitOf = (prefix: string, first: string, second: string): string =>
  `${prefix}-${[first, second].map((verb) => verb.replaceAll('-', '')).join('-')}.service`;
const no = '[Unit]\nDefaultDependencies=no\n';

/** Both requests while the unit cannot move, then what it does when it can. `before` brings it there, and `go` lets it go. */
function pairCase(
  prefix: string,
  service: string,
  gate: { readonly unit: string; readonly before: string; readonly order: 'After' | 'Before' },
): Case {
  const name = `${prefix}-gate.service`;
  const units = pairs.map(([first, second]) => unitOf(prefix, first, second));
  return {
    units: {
      ...Object.fromEntries(units.map((unit) => [unit, `${no}${gate.order}=${name}\n${service.replaceAll('NAME', unit)}\n`])),
      [name]: `${no}${gate.unit.replaceAll('NAME', name)}\n`,
    },
    script: `
      ${gate.before.replaceAll('GATE', name).replaceAll('ALL', units.join(' '))}
      ${pairs
        .map(([first, second]) => {
          const unit = unitOf(prefix, first, second);
          return `run systemctl --no-block ${first} ${unit}; run systemctl --no-block ${second} ${unit}; jobs_of ${unit}`;
        })
        .join('\n')}
      go ${name}
      settle ${name} ${units.join(' ')}
      show ${units.join(' ')}
      for unit in ${units.join(' ')}; do began $unit; done
      systemctl stop ${name} ${units.join(' ')}`,
  };
}

const runs =
  '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/NAME note start\nExecStop=/act to /run/t/NAME note stop\nExecReload=/act to /run/t/NAME note reload';

compareManagers('two requests for one unit that has to wait', {
  'a unit that is off': pairCase('offpair', runs, {
    unit: '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note start until /run/t/NAME.go',
    before: 'systemctl start --no-block GATE; heard GATE start',
    order: 'After',
  }),
  'a unit that runs': pairCase('onpair', runs, {
    unit: '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act exit 0\nExecStop=/act to /run/t/NAME note stop until /run/t/NAME.go',
    before: 'systemctl start GATE ALL; for unit in ALL; do rm -f /run/t/$unit; done; systemctl stop --no-block GATE; heard GATE stop',
    order: 'Before',
  }),
  'a unit that runs and cannot be reloaded': pairCase('barepair', runs.replace(/\nExecReload=.*/, ''), {
    unit: '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act exit 0\nExecStop=/act to /run/t/NAME note stop until /run/t/NAME.go',
    before: 'systemctl start GATE ALL; for unit in ALL; do rm -f /run/t/$unit; done; systemctl stop --no-block GATE; heard GATE stop',
    order: 'Before',
  }),
});
