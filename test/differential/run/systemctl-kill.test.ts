import { compareManagers } from './both.ts';

compareManagers('systemctl kill', {
  'a unit that is not there comes before whom it has': {
    units: { 'zk.service': '[Service]\nExecStart=/act wait\n' },
    script: `
      run systemctl start zk
      for whom in nonsense main control ''; do for unit in zk-nope zk-nope.target bad/name 'zk-n*'; do run systemctl kill --kill-whom=$whom $unit; done; done
      for whom in nonsense control '' ALL; do run systemctl kill --kill-whom=$whom --signal=0 zk; done
      run systemctl kill --kill-whom=nonsense zk-nope zk
      run systemctl kill --kill-whom=nonsense zk.target
      run systemctl kill --kill-whom=nonsense --signal=nonsense zk-nope
      run systemctl kill --kill-whom=nonsense --signal=99 zk-nope
      run systemctl kill --kill-whom=nonsense
      show zk.service
      run systemctl stop zk
      run systemctl kill --kill-whom=nonsense zk`,
  },
  'signals that stop': {
    units: { 'zt.service': '[Service]\nExecStart=/bin/sh -c "sleep 3000 & exec sleep 3000"\n' },
    script: `
      state_of() { sed -n 's/^State:.*\\([A-Z]\\) .*/\\1/p' /proc/$(systemctl show -p MainPID --value zt)/status; }
      is() { [ "$(state_of)" = $1 ]; }
      run systemctl start zt
      for signal in STOP TSTP TTIN TTOU; do
        run systemctl kill --signal=$signal zt
        until_ok is T; state_of
        run systemctl kill --signal=CONT zt
        until_ok is S; state_of
      done
      run systemctl kill --signal=STOP --kill-whom=main zt
      until_ok is T; state_of
      run systemctl stop zt
      show zt.service`,
  },
});
