import type { ManagerApi } from '../manager.ts';

/** One metric with its samples, as the text format of Prometheus has it (version 0.0.4). */
interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What this process itself has used. */
export interface OwnUse {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

const activeStates = ['active', 'reloading', 'inactive', 'failed', 'activating', 'deactivating'] as const;
const systemStates = ['initializing', 'starting', 'running', 'degraded', 'maintenance', 'stopping'] as const;

/** Everything that can be measured of the manager and its units, as the text that Prometheus reads. */
export function renderMetrics(manager: ManagerApi, use: OwnUse): string {
  const properties = manager.managerProperties('unix');
  const units = manager.units();
  const jobs = manager.jobs();
  const counted = units.flatMap(({ name }) => {
    const counters = manager.counters(name);
    return counters === undefined ? [] : [{ name, counters }];
  });
  const ofUnits = (pick: (counters: (typeof counted)[number]['counters']) => number | undefined): readonly Sample[] =>
    counted.flatMap(({ name, counters }) => {
      const value = pick(counters);
      return value === undefined ? [] : [{ labels: { name }, value }];
    });
  const { version, scope } = manager.info;
  const metrics: readonly Metric[] = [
    gauge('tysd_info', 'Which manager answers.', [{ labels: { version, scope }, value: 1 }]),
    gauge('tysd_start_time_seconds', 'When tysd was started, since the epoch.', seconds(properties['UserspaceTimestamp'])),
    gauge(
      'tysd_startup_finished_time_seconds',
      'When all that was to be started was, since the epoch.',
      seconds(properties['FinishTimestamp']),
    ),
    gauge(
      'tysd_system_state',
      'What systemctl is-system-running says: 1 for the state that is.',
      oneOf(systemStates, properties['SystemState']),
    ),
    gauge(
      'tysd_jobs',
      'Jobs in the queue.',
      (['waiting', 'running'] as const).map((state) => ({ labels: { state }, value: jobs.filter((job) => job.state === state).length })),
    ),
    counter('tysd_jobs_total', 'Jobs that were ever queued.', number(properties['NInstalledJobs'])),
    counter('tysd_jobs_failed_total', 'Jobs that failed.', number(properties['NFailedJobs'])),
    gauge(
      'tysd_unit_state',
      'The state of each loaded unit: 1 for the one that it is in.',
      units.flatMap(({ name, active }) => {
        const type = name.slice(name.lastIndexOf('.') + 1);
        return activeStates.map((state) => ({ labels: { name, type, state }, value: state === active ? 1 : 0 }));
      }),
    ),
    gauge(
      'tysd_unit_state_change_time_seconds',
      'When the state of a unit changed last, since the epoch.',
      units.flatMap(({ name, sinceUsec }) => (sinceUsec === 0 ? [] : [{ labels: { name }, value: sinceUsec / 1e6 }])),
    ),
    counter(
      'tysd_service_restarts_total',
      'How often Restart= started a service again.',
      ofUnits(({ restarts }) => restarts),
    ),
    counter(
      'tysd_socket_accepted_connections_total',
      'Connections that a socket with Accept=yes has taken.',
      ofUnits(({ accepted }) => accepted),
    ),
    counter(
      'tysd_unit_cpu_seconds_total',
      'Processor time of all processes of a unit.',
      ofUnits(({ cpuNsec }) => cpuNsec && cpuNsec / 1e9),
    ),
    gauge(
      'tysd_unit_memory_bytes',
      'Memory of all processes of a unit.',
      ofUnits(({ memoryBytes }) => memoryBytes),
    ),
    gauge(
      'tysd_unit_tasks',
      'Processes and threads of a unit.',
      ofUnits(({ tasks }) => tasks),
    ),
    gauge(
      'tysd_timer_last_trigger_seconds',
      'When a timer elapsed last, since the epoch.',
      units.flatMap(({ name, timer }) =>
        timer === undefined || timer.lastUsec === 0 ? [] : [{ labels: { name }, value: timer.lastUsec / 1e6 }],
      ),
    ),
    counter('process_cpu_seconds_total', 'Processor time of the manager.', [{ value: use.cpuSeconds }]),
    gauge('process_resident_memory_bytes', 'Memory of the manager.', [{ value: use.residentBytes }]),
  ];
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(renderMetric)
    .join('');
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'gauge', help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'counter', help, samples };
}

function oneOf(states: readonly string[], current: string | undefined): readonly Sample[] {
  return states.map((state) => ({ labels: { state }, value: state === current ? 1 : 0 }));
}

function number(text: string | undefined): readonly Sample[] {
  return text === undefined ? [] : [{ value: Number(text) }];
}

/** A point in time of the form `@SECONDS.FRACTION`. */
function seconds(text: string | undefined): readonly Sample[] {
  const found = /^@(\d+(?:\.\d+)?)$/.exec(text ?? '')?.[1];
  return found === undefined ? [] : [{ value: Number(found) }];
}

function renderMetric({ name, type, help, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => `${name}${renderLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function renderLabels(labels: Readonly<Record<string, string>> | undefined): string {
  if (labels === undefined) return '';
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return `{${pairs.join(',')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

function escapeLabel(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => escapes[character] ?? character);
}
