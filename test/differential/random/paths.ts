import { Random } from '../../scenario/random.ts';
import type { Case } from '../run/both.ts';

/**
 * A path unit of random paths with a random service, and what is done with the files and with both units. After each step a bell is rung: another path
 * unit, whose service has run only when the manager has heard of what was done before. systemd watches all paths of a unit anew when one of them has
 * moved, and may then miss what happens to another at that moment; so what is watched for changes is in directories of its own, and waits for a bell.
 */
export function pathCase(seed: number): Case {
  const random = new Random(seed);
  const name = `pr${seed}`;
  const lines = paths(random);
  const makes = random.chance(0.3) ? [`MakeDirectory=yes\nDirectoryMode=0${random.one(['700', '755', '711'])}`] : [];
  const fill = (text: string): string => text.replaceAll('NAME', name).replaceAll('DIR', `/run/${name}.d`);
  const units = {
    'NAME.path': `[Unit]\nDefaultDependencies=no\n[Path]\n${[...lines, ...makes].join('\n')}\n`,
    'NAME.service': `[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\n${service(random)}\n`,
    'NAME-bell.path': '[Unit]\nDefaultDependencies=no\n[Path]\nPathChanged=/run/NAME.bell\nTriggerLimitIntervalSec=0\n',
    'NAME-bell.service':
      '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME-bell note rang\n',
    'NAME-holder.target': '[Unit]\nDefaultDependencies=no\nAfter=NAME.path NAME.service NAME-bell.service\n',
  };
  const steps = Array.from({ length: random.between(4, 8) }, () => step(random));
  const look = 'ring NAME; settle NAME.path NAME.service; show NAME.path NAME.service; began NAME';
  return {
    units: Object.fromEntries(Object.entries(units).map(([unit, text]) => [fill(unit), fill(text)])),
    script: fill(
      [
        functions,
        'systemctl start NAME-holder.target NAME-bell.path',
        ...(random.chance(0.7) ? ['mkdir -p DIR/d'] : []),
        `quiet systemctl start NAME.path; ${look}`,
        ...steps.map((one) => `echo '# ${one}'; ${one}; ${look}`),
        'stat -c "%n %a" DIR DIR/d 2>&1 | grep -v such; systemctl stop NAME.path NAME.service NAME-bell.path 2>/dev/null',
      ].join('\n'),
    ),
  };
}

function paths(random: Random): readonly string[] {
  const all = [
    'PathExists=DIR/a',
    'PathExistsGlob=DIR/*.x',
    'PathChanged=DIR/e/b',
    'PathModified=DIR/e/b',
    'PathChanged=DIR/f',
    'DirectoryNotEmpty=DIR/d',
    'PathExists=DIR/d/deep/a',
  ];
  return Array.from(new Set(Array.from({ length: random.between(1, 2) }, () => random.one(all))));
}

/** One that ends takes away what would start it again and again. */
function service(random: Random): string {
  const ran = 'ExecStart=/act to /run/t/NAME note ran env TRIGGER_PATH';
  const clears = 'ExecStartPre=/bin/sh -c "rm -rf DIR/a DIR/*.x DIR/d/*"';
  return random.weighted({
    [`${ran} wait`]: 4,
    [`Type=oneshot\n${clears}\n${ran}`]: 4,
    [`Type=oneshot\n${clears}\n${ran} exit 1`]: 1,
    [`Type=oneshot\nRemainAfterExit=yes\n${ran}`]: 2,
  });
}

function step(random: Random): string {
  return random.one([
    'mkdir -p DIR; : >DIR/a',
    'mkdir -p DIR; : >DIR/a',
    'rm -f DIR/a',
    'mkdir -p DIR; : >DIR/new.x',
    'mkdir -p DIR; : >DIR/.new.x',
    'rm -f DIR/*.x',
    'mkdir -p DIR/e; ring NAME; touch DIR/e/b',
    'mkdir -p DIR/e; ring NAME; touch DIR/e/b',
    'mkdir -p DIR/e; ring NAME; echo more >>DIR/e/b',
    'mkdir -p DIR/e; ring NAME; : >DIR/e/other; mv DIR/e/other DIR/e/b',
    'mkdir -p DIR/f; ring NAME; : >DIR/f/new',
    'rm -f DIR/f/new',
    'rm -f DIR/e/b',
    'mkdir -p DIR/d; : >DIR/d/job',
    'rm -rf DIR/d',
    'mkdir -p DIR/d/deep; : >DIR/d/deep/a',
    'rm -rf DIR/d/deep',
    'rm -rf DIR',
    'mv DIR DIR.old 2>/dev/null; rm -rf DIR.old',
    'quiet systemctl stop NAME.service',
    'quiet systemctl stop NAME.service',
    'quiet systemctl start NAME.service',
    'quiet systemctl restart NAME.path',
    'quiet systemctl stop NAME.path',
    'quiet systemctl start NAME.path',
  ]);
}

const functions = `
  rings() { [ "$(cat /run/t/$1-bell 2>/dev/null | wc -l)" -ge "$2" ] && property $1-bell.path SubState waiting; }
  ring() { local before=$(cat /run/t/$1-bell 2>/dev/null | wc -l); touch /run/$1.bell; until_ok rings $1 $((before + 1)); }
`;
