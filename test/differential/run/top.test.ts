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
});
