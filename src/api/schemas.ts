import * as v from 'valibot';
import { kinds } from '../graph/dependency.ts';
import { jobResults } from '../graph/job.ts';
import { requestedJobs } from '../graph/request.ts';
import { timestampForms } from '../base/timestamp.ts';
import { problemCodes } from '../unit/install/problem.ts';
import { installNotes } from '../unit/install/record.ts';
import { unitFileStates } from '../unit/install/unit-file.ts';
import { jobModes } from '../unit/values/types.ts';

/** An array that nobody changes. */
export const list = <Item extends v.GenericSchema>(item: Item) => v.pipe(v.array(item), v.readonly());
/** A unit name, as far as its length goes. */
export const unitName = v.pipe(v.string(), v.minLength(1), v.maxLength(255));
/** No parameters. */
export const nothing = v.strictObject({});
/** The answer of a call that only does something. */
export const done = v.null();

/** How a job meets those that are queued. */
export const jobMode = v.picklist(jobModes);

/** How a job ended, if it has, and the Result= of its unit at that moment if it failed. */
export const jobEnd = { result: v.exactOptional(v.picklist(jobResults)), unitResult: v.exactOptional(v.string()) };

/** What can be asked of a unit. */
export const requestedJob = v.picklist(requestedJobs);

/** What is known of a unit. */
export const unitInfo = v.object({
  name: v.string(),
  names: list(v.string()),
  description: v.string(),
  load: v.string(),
  loadReason: v.exactOptional(v.string()),
  active: v.string(),
  sub: v.string(),
  result: v.string(),
  fragment: v.string(),
  dropIns: list(v.string()),
  job: v.exactOptional(v.object({ id: v.number(), type: v.string() })),
  mainPid: v.exactOptional(v.number()),
  controlPid: v.exactOptional(v.number()),
  statusText: v.exactOptional(v.string()),
  unmetConditions: v.exactOptional(list(v.string())),
  conditionUsec: v.exactOptional(v.number()),
  unmetAsserts: v.exactOptional(list(v.string())),
  assertUsec: v.exactOptional(v.number()),
  sinceUsec: v.number(),
  following: v.exactOptional(v.string()),
  group: v.exactOptional(v.string()),
  timer: v.exactOptional(v.object({ nextUsec: v.nullable(v.number()), lastUsec: v.number() })),
});

/** A job that is queued or running. */
export const jobInfo = v.object({
  id: v.number(),
  unit: v.string(),
  type: v.string(),
  state: v.picklist(['waiting', 'running']),
  waitsFor: v.exactOptional(list(v.number())),
  blocks: v.exactOptional(list(v.number())),
  heldBy: v.exactOptional(v.string()),
});
const happened = { usec: v.number(), monotonicUsec: v.number(), unit: v.string() };

/** One entry of the record of what happened. */
export const historyEntry = v.variant('what', [
  v.object({
    what: v.literal('state'),
    ...happened,
    from: v.string(),
    to: v.string(),
    result: v.exactOptional(v.string()),
    cause: v.string(),
    job: v.exactOptional(v.number()),
    invocation: v.exactOptional(v.string()),
    used: v.exactOptional(
      v.object({
        cpuUsec: v.number(),
        largestKib: v.number(),
        peakBytes: v.exactOptional(v.number()),
        exit: v.exactOptional(v.object({ how: v.picklist(['exited', 'killed', 'dumped']), status: v.number() })),
      }),
    ),
  }),
  v.object({
    what: v.literal('job'),
    ...happened,
    job: v.number(),
    type: v.string(),
    cause: v.string(),
    anchor: v.number(),
    by: v.exactOptional(v.string()),
    reason: v.exactOptional(
      v.variant('because', [
        v.object({ because: v.literal('dependency'), kind: v.picklist(kinds), of: v.string() }),
        v.object({ because: v.literal('isolate'), of: v.string() }),
        v.object({ because: v.literal('triggering'), of: v.string() }),
      ]),
    ),
  }),
  v.object({
    what: v.literal('end'),
    ...happened,
    job: v.number(),
    type: v.string(),
    result: v.string(),
    cause: v.exactOptional(v.string()),
    by: v.exactOptional(v.string()),
  }),
  v.object({
    what: v.literal('refused'),
    ...happened,
    type: v.string(),
    cause: v.string(),
    message: v.string(),
    details: v.exactOptional(list(v.string())),
    by: v.exactOptional(v.string()),
  }),
  v.object({ what: v.literal('manager'), ...happened, cause: v.string() }),
]);

const edge = v.object({ of: v.string(), kind: v.picklist(kinds), unit: v.string(), at: v.exactOptional(v.string()) });

/** What a request would come to. */
export const preview = v.object({
  jobs: list(
    v.object({
      unit: v.string(),
      type: v.string(),
      reason: v.string(),
      of: v.exactOptional(v.string()),
      edge: v.exactOptional(edge),
    }),
  ),
  cycles: list(v.object({ edges: list(edge), dropped: v.exactOptional(v.string()) })),
  remarks: list(v.string()),
});

/** What reading unit files afresh would change of a unit. */
export const pendingUnit = v.object({
  unit: v.string(),
  active: v.string(),
  load: v.exactOptional(v.object({ before: v.string(), after: v.string(), reason: v.exactOptional(v.string()) })),
  settings: list(
    v.object({
      setting: v.string(),
      before: v.exactOptional(v.string()),
      after: v.exactOptional(v.string()),
      takes: v.picklist(['reload', 'restart', 'nothing']),
    }),
  ),
  dependencies: list(
    v.object({ change: v.picklist(['added', 'removed']), key: v.string(), unit: v.string(), at: v.exactOptional(v.string()) }),
  ),
  needsRestart: v.boolean(),
});

/** A job that is not done yet, and what keeps it. */
export const waitingJob = v.object({
  job: v.number(),
  unit: v.string(),
  title: v.string(),
  type: v.string(),
  state: v.picklist(['waiting', 'running']),
  cause: v.string(),
  sinceUsec: v.number(),
  deadline: v.exactOptional(v.object({ usec: v.number(), outcome: v.string() })),
  now: v.string(),
  waitsFor: list(v.object({ job: v.number(), edge })),
});

/** A property of a unit, as an assignment in a unit file has it. */
export const property = v.strictObject({ name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)), value: v.string() });

/** Property names to their text. */
export const properties = v.record(v.string(), v.string());
/** Something that a person who wrote a unit file should know. */
export const diagnostic = v.object({
  severity: v.picklist(['error', 'warning', 'notice']),
  code: v.string(),
  message: v.string(),
  path: v.string(),
  line: v.number(),
  column: v.number(),
});

/** What `is-enabled` prints. */
export const unitFileState = v.picklist(unitFileStates);

const madeLink = v.object({ change: v.literal('symlink'), path: v.string(), target: v.string() });
const removedLink = v.object({ change: v.literal('unlink'), path: v.string() });

/** A link that was made or removed. */
export const linkChange = v.variant('change', [madeLink, removedLink]);

/** What came of an operation on unit files, one after the other. */
export const installRecord = v.variant('change', [
  madeLink,
  removedLink,
  v.object({ change: v.literal('note'), note: v.picklist(installNotes), unit: v.string(), other: v.string() }),
  v.object({
    change: v.literal('problem'),
    code: v.picklist(problemCodes),
    unit: v.string(),
    other: v.string(),

    message: v.string(),
  }),
]);

/** How points in time among properties are written (systemctl(1), --timestamp=). */
export const timestampForm = v.exactOptional(v.picklist(timestampForms), 'pretty');
