import { compareProbes, type Probe } from './compare.ts';

/** What is at the path before the service makes its directory there. */
const there: Readonly<Record<string, string>> = {
  'a file': 'echo text >PATH; chmod 0640 PATH',
  'a link to a directory': 'mkdir PATH.real; chmod 0711 PATH.real; ln -s NAME.real PATH',
  'a link to a file': 'echo text >PATH.real; chmod 0640 PATH.real; ln -s NAME.real PATH',
  'a link to nothing': 'ln -s NAME.real PATH',
};

const probes = Object.entries(there).flatMap(([what, make]) =>
  (['root', 'probe'] as const).map((user): readonly [string, Probe] => [
    `ConfigurationDirectory= of ${user} where there is ${what}`,
    {
      unit: `User=${user}\nConfigurationDirectory=NAME\nConfigurationDirectoryMode=0750`,
      look: ['ids', 'environment CONFIGURATION_DIRECTORY'],
      before: make.replaceAll('PATH', '/etc/NAME'),
      after: `for each in /etc/NAME /etc/NAME.real; do stat -c '%F %a %u:%g' $each 2>/dev/null; done`,
    },
  ]),
);

compareProbes('a directory of a service where something else is', Object.fromEntries(probes));
