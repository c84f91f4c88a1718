import { type Case, compareManagers } from '../run/both.ts';

const properties = 'IPAccounting,IPIngressBytes,IPIngressPackets,IPEgressBytes,IPEgressPackets';

/** A service that speaks with itself, and waits to be stopped; the other lines are its own. */
function speaking(name: string, lines: string): Readonly<Record<string, string>> {
  const command = `/bin/sh -c '/act packets >/dev/null; echo spoken >/run/t/${name}; exec sleep 1000'`;
  return { [`${name}.service`]: `[Service]\nExecStart=${command}\n${lines}\n` };
}

const counted = (name: string): string => `table ${properties} ${name}; systemctl status ${name} | grep -w 'IP:'`;
const spoken = (name: string): string => `systemctl start ${name}; until_ok test -s /run/t/${name}`;

const cases: Readonly<Record<string, Case>> = {
  'what a service sends and receives is counted': {
    units: speaking('plain', 'IPAccounting=yes'),
    script: `${counted('plain.service')}; ${spoken('plain')}; ${counted('plain.service')}
      systemctl stop plain; ${counted('plain.service')}`,
  },
  'each run is counted anew': {
    units: speaking('again', 'IPAccounting=yes'),
    script: `${spoken('again')}; systemctl stop again; rm /run/t/again; ${spoken('again')}; ${counted('again.service')}`,
  },
  'what is not asked for is not counted': {
    units: speaking('never', ''),
    script: `${spoken('never')}; ${counted('never.service')}`,
  },
  'what is dropped is not counted': {
    units: speaking('deny', 'IPAccounting=yes\nIPAddressDeny=127.0.0.0/24'),
    script: `${spoken('deny')}; ${counted('deny.service')}`,
  },
  'nothing passes, and nothing is counted': {
    units: speaking('mute', 'IPAccounting=yes\nIPAddressDeny=any'),
    script: `${spoken('mute')}; ${counted('mute.service')}`,
  },
  'a slice counts for all in it': {
    units: {
      ...speaking('one', 'Slice=sum.slice'),
      ...speaking('two', 'Slice=sum-below.slice\nIPAccounting=yes'),
      'sum.slice': '[Slice]\nIPAccounting=yes\nIPAddressDeny=127.1.2.3\n',
      'sum-below.slice': '[Slice]\n',
    },
    script: `${spoken('one')}; ${spoken('two')}
      for each in one.service two.service sum.slice sum-below.slice; do table ${properties} $each; done
      systemctl stop one two; table ${properties} sum.slice`,
  },
  'a slice counts from when it is told to': {
    units: { ...speaking('told', 'Slice=told.slice'), ...speaking('tolder', 'Slice=told.slice'), 'told.slice': '[Slice]\n' },
    script: `${spoken('told')}; systemctl set-property --runtime told.slice IPAccounting=yes; table ${properties} told.slice
      ${spoken('tolder')}; table ${properties} told.slice; systemctl stop told tolder; table ${properties} told.slice`,
  },
  'counting begins and ends while the service runs': {
    units: {
      'later.service': `[Service]\nExecStart=/bin/sh -c 'while :; do until test -e /run/t/later-go; do sleep .1; done; rm /run/t/later-go; /act packets >/dev/null; echo spoken >/run/t/later; done'\n`,
    },
    script: `speak() { rm -f /run/t/later; touch /run/t/later-go; until_ok test -s /run/t/later; }
      systemctl start later; speak; ${counted('later.service')}
      systemctl set-property --runtime later.service IPAccounting=yes; speak; ${counted('later.service')}
      systemctl set-property --runtime later.service IPAddressDeny=127.0.0.0/24; speak; ${counted('later.service')}
      systemctl set-property --runtime later.service IPAddressDeny=; speak; ${counted('later.service')}
      systemctl set-property --runtime later.service IPAccounting=no; speak; ${counted('later.service')}`,
  },
  'a new manager goes on where the old one was': {
    units: speaking('reexec', 'IPAccounting=yes'),
    script: `${spoken('reexec')}; ${counted('reexec.service')}; systemctl daemon-reexec; ${counted('reexec.service')}
      systemctl stop reexec; ${counted('reexec.service')}; systemctl daemon-reexec; systemctl show -p IPAccounting reexec.service`,
    alone: true,
  },
};

compareManagers('traffic of units', cases);
