import type { ApiServices } from '../../src/api/handler.ts';
import { JobResults } from '../../src/api/job-results.ts';
import { globalPlaces, installContext } from '../../src/manager/install-context.ts';
import { InstallService } from '../../src/manager/install.ts';
import { UnitFileReader } from '../../src/manager/unit-files.ts';
import { Simulation } from '../scenario/simulation.ts';
import { facts } from '../unit/facts.ts';

const unitPath = '/etc/systemd/system';
const minute = 60_000_000;

const units: Readonly<Record<string, string>> = {
  'default.target': '[Unit]\nWants=a.service\n',
  'a.service':
    '[Service]\nType=notify\nNotifyAccess=all\nFileDescriptorStoreMax=3\nWatchdogSec=30s\nExecStart=/usr/bin/a-daemon\n[Install]\nWantedBy=default.target\n',
  'main-only.service': '[Service]\nNotifyAccess=main\nExecStart=/usr/bin/b-daemon\nRestart=always\nRestartSec=1s\n',
  'deaf.service': '[Service]\nExecStart=/usr/bin/c-daemon\n',
  't@.service': '[Service]\nExecStart=/usr/bin/t-daemon %i\n',
  's.socket': '[Socket]\nListenStream=/run/s\n',
  's.service': '[Service]\nExecStart=/usr/bin/s\n',
  'w.timer': '[Timer]\nOnActiveSec=10s\nOnCalendar=hourly\nUnit=deaf.service\n',
  'p.path': '[Path]\nPathExists=/run/p\nUnit=deaf.service\n',
  'cut.slice': '[Slice]\n',
  'broken.service': '[Service]\n',
  'masked.service': '-> /dev/null',
};

/** A simulated machine with some units, and the names that they have. */
export function machine(): Simulation {
  return new Simulation({ units, programs: { '/usr/bin/a-daemon': { notify: [{ afterUsec: 1000, text: 'READY=1' }] } } }).boot();
}

/** Names of units of the machine, and such as are like them. */
export const unitNames: readonly string[] = [
  ...Object.keys(units),
  't@1.service',
  't@x-y.service',
  'none.service',
  'init.scope',
  '-.slice',
  'a*',
  '*',
  '[a-z]*.service',
];

/** All that the API serves, of the machine's real manager. */
export function servicesOf({ manager, files }: Simulation): ApiServices {
  return {
    manager,
    install: new InstallService(installContext('system', [unitPath], files, facts, {}), files, globalPlaces),
    unitFiles: new UnitFileReader(files, [unitPath], facts),
    jobs: new JobResults(manager),
  };
}

/**
 * Stops everything; throws if a service cannot be ended. One may put its own end off for as long as it likes (`EXTEND_TIMEOUT_USEC=`), as in systemd:
 * then it is killed as an administrator would.
 */
export function stopAll(simulation: Simulation): void {
  for (const { name, active, fragment } of simulation.manager.units()) {
    if (active !== 'inactive' && active !== 'failed' && fragment !== '') simulation.manager.request('stop', name, 'replace', 'the end');
  }
  simulation.clock.advance(10 * minute);
  for (const { pid } of simulation.keeper.processes()) simulation.keeper.kill(pid, 9);
  simulation.clock.advance(minute);
  const left = simulation.manager
    .units()
    .filter(({ name, active }) => name.endsWith('.service') && active !== 'inactive' && active !== 'failed');
  if (left.length > 0) throw new Error(`These cannot be stopped: ${JSON.stringify(left)}`);
}
