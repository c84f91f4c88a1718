import { compareManagers } from './both.ts';

compareManagers('systemd-cgtop', {
  'cgroups are called by their way from the top, or from the word for it': {
    units: {
      'topped.service': '[Service]\nExecStart=/act wait\n',
      'topped-2.service': '[Service]\nExecStart=/act wait\nSlice=topped.slice\n',
    },
    script: `
      systemctl start topped.service topped-2.service
      paths() { echo "top $*"; systemd-cgtop -b -n1 -P "$@" | awk '$1 ~ "topped|^/?system.slice$|^/$" { print $1 }' | LC_ALL=C sort; }
      paths
      for word in / /topped.slice topped.slice topped.slice/ /topped.slice/topped-2.service topped.slice/topped-2.service /none none; do paths $word; done
      systemd-cgtop -b -n1 -P /none | wc -l`,
  },
  'rows with equal values are in the order of their paths, and those without processes have no number of them': {
    units: {
      'toprow-a.service': '[Service]\nExecStart=/act wait\nSlice=toprow.slice\n',
      'toprow-b.service': '[Service]\nExecStart=/act wait\nSlice=toprow.slice\n',
      'toprow-c.service': '[Service]\nExecStart=/act wait\nSlice=toprow-sub.slice\n',
    },
    script: `
      systemctl start toprow-c.service toprow-b.service toprow-a.service
      for options in '' -P -k '-P --recursive=no' '-k --recursive=no' '--recursive=no -P'; do
        for by in path tasks memory io; do echo "$options by $by"; systemd-cgtop -b -n1 --order=$by $options /toprow.slice | awk '$2 != "-" { print $1, $2 }'; done
      done`,
  },
  'what is no option, number or order is refused': {
    script: ['-d x', '-d 0', '-d -1', "-d ''", '-n -1', '-n x', "-n ''", '--depth=-1', '--depth=x', '--bogus', '-Z', '--order=x', '--cpu=x']
      .concat(['--recursive=x', '--depth', '-n', 'a b'])
      .map((words) => `systemd-cgtop ${words} 2>&1; echo "-> $?"`)
      .join('\n'),
  },
});
