import * as v from 'valibot';
import { err, type Result } from '../../base/result.ts';
import { contract, type MethodName } from '../contract.ts';
import type { ApiError } from '../error.ts';
import type { HandlerContext } from '../handler.ts';
import { handlers } from '../handlers.ts';
import { isRustysdMethod, runRustysdMethod } from '../rustysd/methods.ts';
import { failure, success, type Malformed, type Message, type Request } from './message.ts';

/** Carries out a message; gives the text that answers it, or undefined where nothing is to be answered. */
export function answer(message: Message, context: HandlerContext): Answer | Promise<Answer> {
  if (message.kind === 'single') return answerOne(message.request, context);
  return joinAnswers(message.requests.map((request) => Promise.resolve(answerOne(request, context))));
}

async function joinAnswers(answers: readonly Promise<Answer>[]): Promise<Answer> {
  const present = (await Promise.all(answers)).filter((text) => text !== undefined);
  return present.length === 0 ? undefined : `[${present.join(',')}]`;
}

type Answer = string | undefined;

function answerOne(request: Result<Request, Malformed>, context: HandlerContext): Answer | Promise<Answer> {
  if (!request.ok) return failure(request.error.id, request.error.error);
  // rustysd answers calls without an id, and its clients wait for that.
  if (isRustysdMethod(request.value.method))
    return respond(request.value, runRustysdMethod(request.value.method, request.value.params, context));
  const outcome = call(request.value, context);
  // A name without a dot is none of ours: it is meant for rustysd too, and its caller waits.
  if (request.value.id !== undefined || !request.value.method.includes('.')) return respond(request.value, outcome);
  return outcome instanceof Promise ? outcome.then(silent, silent) : undefined;
}

function respond(request: Request, outcome: Outcome | Promise<Outcome>): Answer | Promise<Answer> {
  if (!(outcome instanceof Promise)) return render(request, outcome);
  return outcome.then(
    (result) => render(request, result),
    (error: unknown) => render(request, unexpected(request.method, error)),
  );
}

type Outcome = Result<unknown, ApiError>;

function render(request: Request, outcome: Outcome): string {
  return outcome.ok ? success(request.id, outcome.value) : failure(request.id, outcome.error);
}

function call(request: Request, context: HandlerContext): Outcome | Promise<Outcome> {
  if (!isMethod(request.method)) return err({ code: 'unknown-method', message: `Unknown method: ${request.method}` });
  try {
    return callMethod(request.method, request.params ?? {}, context);
  } catch (error) {
    return unexpected(request.method, error);
  }
}

// One name ties the parameters to the handler that takes them.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function callMethod<Name extends MethodName>(name: Name, params: unknown, context: HandlerContext): Outcome | Promise<Outcome> {
  const checked = v.safeParse(contract[name].params, params);
  if (!checked.success) return err({ code: 'invalid-params', message: describeIssues(name, checked.issues) });
  const made = context.manager.made(unitsOf(name, checked.output));
  return made === undefined ? handlers[name](checked.output, context) : made.then(() => handlers[name](checked.output, context));
}

/** The units that a call reads files of; undefined for all. */
function unitsOf(name: MethodName, params: object): readonly string[] | undefined {
  if (ofAllFiles.has(name)) return undefined;
  if (ofNoFile.has(name)) return [];
  if ('unit' in params && typeof params.unit === 'string') return [params.unit];
  return 'units' in params && Array.isArray(params.units) ? params.units.map(String) : [];
}

const ofAllFiles: ReadonlySet<MethodName> = new Set(['install.list', 'install.preset-all']);
const ofNoFile: ReadonlySet<MethodName> = new Set(['changes.subscribe', 'history.list', 'job.outcome']);

function describeIssues(method: string, issues: readonly v.BaseIssue<unknown>[]): string {
  const parts = issues.map((issue) => {
    const path = v.getDotPath(issue);
    return path === null ? issue.message : `${path}: ${issue.message}`;
  });
  return `${method}: ${parts.join('; ')}`;
}

/** A bug of ours in one call must not disturb the others. */
function unexpected(method: string, error: unknown): Result<never, ApiError> {
  return err({ code: 'internal', message: `${method}: ${error instanceof Error ? error.message : String(error)}` });
}

function isMethod(name: string): name is MethodName {
  return Object.hasOwn(contract, name);
}

function silent(): undefined {
  return undefined;
}
