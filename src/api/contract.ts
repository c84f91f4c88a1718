import * as v from 'valibot';
import { kinds } from '../graph/dependency.ts';
import { requestFailures } from '../graph/request.ts';
import { installFailures } from '../unit/install/request.ts';
import { markers } from '../unit/markers.ts';
import { logLevels } from '../unit/values/syslog.ts';
import type { ErrorCode } from './error.ts';
import {
  diagnostic,
  historyEntry,
  done,
  installRecord,
  jobInfo,
  jobMode,
  jobEnd,
  linkChange,
  list,
  nothing,
  pendingUnit,
  preview,
  properties,
  property,
  requestedJob,
  timestampForm,
  unitFileState,
  unitInfo,
  unitName,
  waitingJob,
} from './schemas.ts';

/** One method of the API: what it takes, what it gives, which errors it has beyond those of every method, and what it does. */
interface Method<P extends v.GenericSchema, R extends v.GenericSchema> {
  readonly params: P;
  readonly result: R;
  readonly errors: readonly ErrorCode[];
  readonly doc: string;
}

const job = (doc: string) =>
  method({
    params: v.strictObject({
      unit: unitName,
      mode: v.exactOptional(jobMode, 'replace'),
      /** Answer when the job is finished, with its result. */
      wait: v.exactOptional(v.boolean(), false),
      /** Who asks, for `why` and the log. */
      cause: v.exactOptional(v.pipe(v.string(), v.maxLength(200))),
    }),
    result: v.object({
      job: v.number(),
      unit: v.string(),
      ...jobEnd,
      /** The unit's files have changed since they were read. The last field, where the front looks for it. */
      changedOnDisk: v.exactOptional(v.literal(true)),
    }),
    errors: requestFailures,
    doc,
  });

const install = (doc: string) =>
  method({
    params: v.strictObject({
      units: list(v.pipe(v.string(), v.minLength(1))),
      runtime: v.exactOptional(v.boolean(), false),
      force: v.exactOptional(v.boolean(), false),
      global: v.exactOptional(v.boolean(), false),
      presetMode: v.exactOptional(v.picklist(['full', 'enable-only', 'disable-only']), 'full'),
    }),
    result: v.object({
      changes: list(linkChange),
      records: list(installRecord),
      hasInstallInfo: v.boolean(),
    }),
    errors: installFailures,
    doc,
  });

const unit = v.strictObject({ unit: unitName });
const units = v.strictObject({ units: list(unitName) });

/** Every method of the control API. JSON-RPC, the client, the docs and D-Bus are made from this table; rustysd's methods are beside it, in rustysd/. */
export const contract = {
  'api.describe': method({
    params: nothing,
    result: list(v.object({ method: v.string(), doc: v.string(), errors: list(v.string()) })),
    errors: [],
    doc: 'Lists the methods of this API.',
  }),
  'changes.subscribe': method({
    params: v.strictObject({ units: v.exactOptional(list(v.string())) }),
    result: done,
    errors: [],
    doc: 'Sends a `change` notification for each change of a unit or job until the client closes its side; of the units that match these patterns, if there are any.',
  }),
  'changes.unsubscribe': method({ params: nothing, result: done, errors: [], doc: 'Ends what `changes.subscribe` began.' }),
  'descriptors.expect': method({
    params: nothing,
    result: v.object({ token: v.string(), socket: v.string() }),
    errors: [],
    doc: 'Gives a token for standard input, output and error of a transient service. They are sent to the socket, in one datagram with the text TYSD_DESCRIPTORS=token, while this connection lasts.',
  }),
  'environment.list': method({
    params: nothing,
    result: list(v.string()),
    errors: [],
    doc: 'The environment block that services start from, as NAME=value.',
  }),
  'environment.set': method({
    params: v.strictObject({ assignments: list(v.string()) }),
    result: done,
    errors: ['invalid'],
    doc: 'Sets variables of the environment block; each as NAME=value.',
  }),
  'environment.unset': method({
    params: v.strictObject({ names: list(v.string()) }),
    result: done,
    errors: ['invalid'],
    doc: 'Removes variables from the environment block; with NAME=value only where the value is equal.',
  }),
  'edges.locate': method({
    params: v.strictObject({ edges: list(v.strictObject({ of: unitName, kind: v.picklist(kinds), unit: unitName })) }),
    result: list(v.nullable(v.string())),
    errors: [],
    doc: 'Where each of these dependencies is declared, as PATH:LINE, the path of a link, `implicit` or `default`; null where neither unit declares it.',
  }),
  'history.list': method({
    params: v.strictObject({ units: v.exactOptional(list(unitName)) }),
    result: list(historyEntry),
    errors: [],
    doc: 'What happened to units and jobs of late and why, oldest first; older entries are in history.jsonl beside the journal.',
  }),
  'install.add-requires': install('Makes the first unit require the others, by links.'),
  'install.add-wants': install('Makes the first unit want the others, by links.'),
  'install.default': method({
    params: nothing,
    result: v.string(),
    errors: installFailures,
    doc: 'The unit that default.target leads to.',
  }),
  'install.disable': install('Removes the links that lead to these unit files.'),
  'install.enable': install('Makes the links that the [Install] sections of these unit files ask for.'),
  'install.link': install('Links unit files from outside the search path into it.'),
  'install.links': method({
    params: v.strictObject({ unit: unitName, runtime: v.exactOptional(v.boolean(), false), global: v.exactOptional(v.boolean(), false) }),
    result: list(v.string()),
    errors: [],
    doc: 'The links by which the unit file is enabled: what `install.disable` would remove.',
  }),
  'install.list': method({
    params: nothing,
    result: list(
      v.object({
        name: v.string(),
        path: v.string(),
        state: unitFileState,
        preset: v.exactOptional(v.picklist(['enabled', 'disabled'])),
      }),
    ),
    errors: [],
    doc: 'All unit files with their state and preset.',
  }),
  'install.mask': install('Links unit names to /dev/null.'),
  'install.preset': install('Enables or disables these unit files as the preset files say.'),
  'install.preset-all': install('Enables or disables all unit files as the preset files say.'),
  'install.reenable': install('Disables these unit files, then enables them.'),
  'install.revert': install("Removes drop-ins and overriding unit files, so that the vendor's files apply."),
  'install.set-default': install('Makes default.target lead to this unit.'),
  'install.states': method({
    params: units,
    result: list(v.nullable(unitFileState)),
    errors: [],
    doc: 'The state of each unit file as `is-enabled` prints it; null where there is none.',
  }),
  'install.unmask': install('Removes the links to /dev/null.'),
  'job.cancel': method({
    params: v.strictObject({ job: v.number() }),
    result: done,
    errors: ['no-such-job'],
    doc: 'Takes a job off the queue.',
  }),
  'job.wait': method({
    params: v.strictObject({ job: v.number() }),
    result: v.object({ ...jobEnd, result: v.nonOptional(jobEnd.result) }),
    errors: ['no-such-job'],
    doc: 'Answers when the job is finished.',
  }),
  'job.outcome': method({
    params: v.strictObject({ unit: unitName, cause: v.pipe(v.string(), v.maxLength(200)) }),
    result: v.nullable(v.object({ job: v.number(), ...jobEnd })),
    errors: [],
    doc: 'The job that was asked for with this `cause`, and how it ended if it has: for a client that lost its connection. Null if it was never queued, or ended half a minute ago.',
  }),
  'jobs.list': method({
    params: v.strictObject({ order: v.exactOptional(v.boolean(), false) }),
    result: list(jobInfo),
    errors: [],
    doc: 'The jobs that are queued or running; with `order`, which others each waits for and blocks.',
  }),
  'jobs.waiting': method({
    params: nothing,
    result: list(waitingJob),
    errors: [],
    doc: 'The jobs that are not done, each with why it is there, what its unit does now, its deadline and what happens then, and the jobs that it waits for, by which dependency.',
  }),
  'manager.exit': method({
    params: v.strictObject({
      action: v.picklist(['exit', 'reboot', 'poweroff', 'halt', 'kexec']),
      force: v.exactOptional(v.boolean(), false),
      status: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
    }),
    result: done,
    errors: [],
    doc: 'Stops all units, then ends; with force at once.',
  }),
  'manager.info': method({
    params: nothing,
    result: v.object({
      version: v.string(),
      scope: v.picklist(['system', 'user']),
      unitPath: list(v.string()),
      runtimeDirectory: v.string(),
      notifySocket: v.string(),
      stateDirectory: v.string(),
      journal: v.picklist(['own', 'system']),
      tracking: v.string(),
      cgroupRoot: v.string(),
      controllers: v.record(v.string(), v.string()),
    }),
    errors: [],
    doc: 'What this manager is and where its files are.',
  }),
  'manager.properties': method({
    params: v.strictObject({ timestamps: timestampForm }),
    result: properties,
    errors: [],
    doc: 'The properties of the manager, as `show` prints them.',
  }),
  'manager.reexecute': method({
    params: nothing,
    result: done,
    errors: ['failed', 'refused'],
    doc: 'Replaces the manager process by a new one; services are not touched.',
  }),
  'manager.reload': method({ params: nothing, result: done, errors: ['refused'], doc: 'Reads all unit files afresh.' }),
  'manager.set': method({
    params: v.strictObject({ logLevel: v.exactOptional(v.picklist(logLevels)), serviceWatchdogs: v.exactOptional(v.boolean()) }),
    result: done,
    errors: [],
    doc: 'Sets the least important messages of the manager that are logged, and whether watchdogs of services are acted on; both last until they are set again or tysd ends.',
  }),
  'manager.state': method({
    params: nothing,
    result: v.object({
      state: v.string(),
      units: v.number(),
      failed: v.number(),
      jobs: v.number(),
    }),
    errors: [],
    doc: 'The overall state (running, degraded, starting, …) and how many units there are, have failed and have a job.',
  }),
  'unit.abandon': method({
    params: unit,
    result: done,
    errors: requestFailures,
    doc: 'Lets go of the processes of a scope: whoever made it has no more to do with them.',
  }),
  'unit.clean': method({
    params: v.strictObject({ unit: unitName, what: v.exactOptional(list(v.string()), ['cache', 'runtime']) }),
    result: done,
    errors: requestFailures,
    doc: 'Begins to remove what an inactive unit keeps: of configuration, state, cache, logs, runtime, fdstore, or all. Its state is `maintenance` until that is done.',
  }),
  'unit.dependencies': method({
    params: unit,
    result: list(v.object({ key: v.string(), unit: v.string() })),
    errors: ['no-such-unit'],
    doc: 'Every edge of the unit, in both directions, by the names of the properties (Wants, WantedBy, After, …).',
  }),
  'unit.files': method({
    params: unit,
    result: v.object({
      unit: v.string(),
      load: v.string(),
      files: list(v.object({ path: v.string(), text: v.string() })),
    }),
    errors: ['bad-name'],
    doc: "The text of the unit's file and drop-ins as they are on disk now.",
  }),
  'unit.freeze': method({
    params: unit,
    result: done,
    errors: requestFailures,
    doc: 'Begins to freeze the processes of an active unit, for a slice all below it; FreezerState is `frozen` when that is done.',
  }),
  'unit.hold': method({
    params: unit,
    result: done,
    errors: ['no-such-unit', 'bad-name'],
    doc: 'Keeps the unit loaded as long as this connection lasts, whatever becomes of it.',
  }),
  'unit.kill': method({
    params: v.strictObject({
      unit: unitName,
      whom: v.exactOptional(v.picklist(['all', 'main', 'control']), 'all'),
      signal: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64)),
    }),
    result: done,
    errors: requestFailures,
    doc: "Sends a signal to the unit's processes.",
  }),
  'unit.mount': method({
    params: v.strictObject({
      unit: unitName,
      source: v.pipe(v.string(), v.maxLength(4095)),
      target: v.pipe(v.string(), v.maxLength(4095)),
      /** The source is an image of a file system, and these are options of that. */
      image: v.exactOptional(v.strictObject({ options: v.pipe(v.string(), v.maxLength(4095)) })),
      readOnly: v.exactOptional(v.boolean(), false),
      make: v.exactOptional(v.boolean(), false),
    }),
    result: done,
    errors: requestFailures,
    doc: 'Binds a file or directory, or mounts an image, where the main process of a service sees it, if that has mounts of its own; answers when that is done.',
  }),
  'unit.nop': job('Waits for its turn in the queue and does nothing.'),
  'unit.not-applied': method({
    params: unit,
    result: list(v.string()),
    errors: requestFailures,
    doc: "What of the unit's files this machine does not carry out, or in another way, a sentence for each setting.",
  }),
  'unit.plan': method({
    params: v.strictObject({
      unit: unitName,
      /** Another main file that the unit is to be planned with. */
      file: v.exactOptional(v.strictObject({ path: v.string(), text: v.string() })),
    }),
    result: list(
      v.object({
        list: v.string(),
        ops: list(
          v.object({
            op: v.string(),
            text: v.string(),
            /** The setting that asks for it, and the file and line that set it last. */
            setting: v.exactOptional(v.string()),
            at: v.exactOptional(v.string()),
          }),
        ),
        notApplied: list(v.string()),
      }),
    ),
    errors: requestFailures,
    doc: 'What each Exec*= command of the unit would do, op by op.',
  }),
  'unit.preview': method({
    params: v.strictObject({ unit: unitName, job: requestedJob, mode: v.exactOptional(jobMode, 'replace') }),
    result: preview,
    errors: requestFailures,
    doc: 'The jobs that a request would queue and why, what would be given up, and circles in the order, without queueing anything.',
  }),
  'unit.reload': job('Asks the unit to read its configuration again.'),
  'unit.reload-or-restart': job('Reloads the unit if it can, else starts or restarts it.'),
  'unit.reset-failed': method({
    params: v.strictObject({ unit: v.exactOptional(unitName) }),
    result: done,
    errors: ['no-such-unit', 'bad-name', 'not-applicable'],
    doc: 'Clears the failed state, the start limit and the restart counter of one unit, or of all.',
  }),
  'unit.restart': job('Stops and starts the unit, or starts it.'),
  'unit.set-property': method({
    params: v.strictObject({ unit: unitName, properties: list(property), runtime: v.exactOptional(v.boolean(), false) }),
    result: done,
    errors: requestFailures,
    doc: 'Sets properties of the unit at once, and by drop-ins for good or until the next boot.',
  }),
  'unit.start-transient': method({
    params: v.strictObject({
      unit: unitName,
      properties: list(property),
      auxiliary: v.exactOptional(list(v.strictObject({ unit: unitName, properties: list(property) })), []),
      /** The processes that a scope begins with. */
      pids: v.exactOptional(list(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(2 ** 31 - 1))), []),
      /** A token of `descriptors.expect`. */
      descriptors: v.exactOptional(v.string()),
      mode: v.exactOptional(jobMode, 'fail'),
      /** Answer when the job is finished, with its result. */
      wait: v.exactOptional(v.boolean(), false),
      /** Keep the unit loaded as long as this connection lasts, as `unit.hold` does. */
      hold: v.exactOptional(v.boolean(), false),
      cause: v.exactOptional(v.pipe(v.string(), v.maxLength(200))),
    }),
    result: v.object({ job: v.number(), unit: v.string(), ...jobEnd }),
    errors: requestFailures,
    doc: 'Makes units of properties, as files could hold them, and starts the first; they are gone when they have ended.',
  }),
  'unit.start': job('Starts the unit and what it needs.'),
  'unit.stop': job('Stops the unit and what needs it.'),
  'unit.thaw': method({ params: unit, result: done, errors: requestFailures, doc: 'Lets processes go on that are frozen.' }),
  'unit.try-reload-or-restart': job('Reloads the unit if it can, else restarts it; nothing if it is not active.'),
  'unit.try-restart': job('Restarts the unit if it is active.'),
  'unit.verify': method({
    params: v.strictObject({ targets: list(v.string()) }),
    result: list(
      v.object({
        unit: v.string(),
        load: v.string(),
        loadReason: v.exactOptional(v.string()),
        diagnostics: list(diagnostic),
      }),
    ),
    errors: [],
    doc: 'Checks units, by name or path of a file, and says what of them is not carried out.',
  }),
  'unit.verify-active': job('Finishes well if the unit is active, else fails.'),
  'units.get': method({
    params: units,
    result: list(v.nullable(unitInfo)),
    errors: [],
    doc: 'What is known of each of these units, which are loaded if need be; null for a name that is no unit name.',
  }),
  'units.list': method({
    params: v.strictObject({ patterns: v.exactOptional(list(v.string())) }),
    result: list(unitInfo),
    errors: [],
    doc: 'All loaded units; of these, those of which a name matches one of the patterns.',
  }),
  'units.marked': method({
    params: nothing,
    result: list(v.object({ unit: v.string(), markers: list(v.picklist(markers)) })),
    errors: [],
    doc: 'The loaded units that are marked by Markers= as in need of a reload or a restart.',
  }),
  'units.near': method({
    params: units,
    result: list(v.nullable(v.string())),
    errors: [],
    doc: 'For each of these names the unit that was most likely meant by it, of those that are loaded or have a file; null where none is near.',
  }),
  'units.pending': method({
    params: nothing,
    result: list(pendingUnit),
    errors: [],
    doc: 'What `manager.reload` would change of the loaded units, setting by setting, and which of those that run need a restart for it; without what generators would write.',
  }),
  'units.properties': method({
    params: v.strictObject({ ...units.entries, timestamps: timestampForm, only: v.exactOptional(list(v.string())) }),
    result: list(v.nullable(properties)),
    errors: [],
    doc: 'The properties of each of these units as `show` prints them, or only those that are named; one that is printed as several lines holds them joined by newlines.',
  }),
  'units.triggers': method({
    params: units,
    result: list(v.object({ unit: v.string(), triggers: list(v.string()) })),
    errors: [],
    doc: 'Those of these units that something active may start again, such as a socket or a timer, and what.',
  }),
};

export type MethodName = keyof typeof contract;
/** What a caller sends; defaults may be left out. */
export type Params<Name extends MethodName> = v.InferInput<(typeof contract)[Name]['params']>;
/** What a handler is given; defaults are filled in. */
export type CheckedParams<Name extends MethodName> = v.InferOutput<(typeof contract)[Name]['params']>;
export type Answer<Name extends MethodName> = v.InferOutput<(typeof contract)[Name]['result']>;

function method<P extends v.GenericSchema, R extends v.GenericSchema>(row: Method<P, R>): Method<P, R> {
  return row;
}
