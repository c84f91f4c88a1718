import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { contract, type MethodName, type Params } from '../../src/api/contract.ts';
import { errorNumbers } from '../../src/api/error.ts';
import type { HandlerContext } from '../../src/api/handler.ts';
import { handlers } from '../../src/api/handlers.ts';
import { isRustysdMethod } from '../../src/api/rustysd/methods.ts';
import { FakeManager, fakeServices } from './fake-manager.ts';

const names = Object.keys(contract).filter((name): name is MethodName => name in contract);

/** A good call of each method that cannot do without parameters. */
const examples: { readonly [Name in MethodName]?: Params<Name> } = {
  'environment.set': { assignments: ['A=1'] },
  'environment.unset': { names: ['A'] },
  'install.add-requires': { units: ['a.target', 'web.service'] },
  'install.add-wants': { units: ['a.target', 'web.service'] },
  'install.disable': { units: ['web.service'] },
  'edges.locate': { edges: [{ of: 'a.target', kind: 'Wants', unit: 'web.service' }] },
  'install.enable': { units: ['web.service'] },
  'install.links': { unit: 'web.service' },
  'install.link': { units: ['/srv/web.service'] },
  'install.mask': { units: ['web.service'] },
  'install.preset': { units: ['web.service'], presetMode: 'enable-only' },
  'install.preset-all': { units: [] },
  'install.reenable': { units: ['web.service'] },
  'install.revert': { units: ['web.service'] },
  'install.set-default': { units: ['a.target'] },
  'install.states': { units: ['web.service', 'nope.service'] },
  'install.unmask': { units: ['web.service'] },
  'job.cancel': { job: 1 },
  'job.outcome': { unit: 'web.service', cause: 'a test' },
  'job.wait': { job: 1 },
  'manager.exit': { action: 'exit', status: 3 },
  'unit.abandon': { unit: 'web.service' },
  'unit.clean': { unit: 'web.service', what: ['state'] },
  'unit.dependencies': { unit: 'web.service' },
  'unit.files': { unit: 'web.service' },
  'unit.freeze': { unit: 'web.service' },
  'unit.hold': { unit: 'web.service' },
  'unit.kill': { unit: 'web.service', signal: 15 },
  'unit.mount': { unit: 'web.service', source: '/srv', target: '/opt' },
  'units.marked': {},
  'units.near': { units: ['wep.service'] },
  'unit.nop': { unit: 'web.service' },
  'unit.not-applied': { unit: 'web.service' },
  'unit.plan': { unit: 'web.service' },
  'unit.preview': { unit: 'web.service', job: 'start' },
  'unit.reload-or-restart': { unit: 'web.service' },
  'unit.restart': { unit: 'web.service' },
  'unit.set-property': { unit: 'web.service', properties: [{ name: 'CPUWeight', value: '20' }] },
  'unit.start-transient': { unit: 'run-1.service', properties: [{ name: 'ExecStart', value: '/bin/true' }], hold: true },
  'unit.start': { unit: 'web.service', wait: true },
  'unit.stop': { unit: 'web.service' },
  'unit.thaw': { unit: 'web.service' },
  'unit.try-reload-or-restart': { unit: 'web.service' },
  'unit.try-restart': { unit: 'web.service' },
  'unit.verify': { targets: ['web.service'] },
  'unit.verify-active': { unit: 'web.service' },
  'units.get': { units: ['web.service', 'no-unit-name'] },
  'units.triggers': { units: ['web.service'] },
  'units.properties': { units: ['web.service'] },
};

/** Methods of which the example is refused by the fake manager: their answers cannot be checked here. */
const refused: readonly MethodName[] = ['unit.reload', 'manager.reexecute'];

test('every method has a handler, a sentence of documentation and errors that exist', () => {
  assert.deepEqual(Object.keys(handlers).toSorted(), names.toSorted());
  for (const name of names) {
    assert.match(contract[name].doc, /^[A-Z`].*\.$/, name);
    assert.deepEqual(
      contract[name].errors.filter((code) => !Object.hasOwn(errorNumbers, code)),
      [],
      name,
    );
  }
});

test('every method has a noun and a dot in its name, so that none can be taken for one of rustysd', () => {
  assert.deepEqual(
    names.filter((name) => !/^[a-z]+\.[a-z-]+$/.test(name) || isRustysdMethod(name)),
    [],
  );
});

test('every answer has the form that the contract promises', async () => {
  for (const name of names.filter((candidate) => !refused.includes(candidate))) await checkAnswer(name);
});

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it ties the parameters to the handler
async function checkAnswer<Name extends MethodName>(name: Name): Promise<void> {
  const manager = new FakeManager();
  manager.add('web.service', { active: 'active', sub: 'running', mainPid: 7, job: { id: 1, type: 'start' } });
  manager.add('slow.service');
  manager.slow.add('slow.service');
  manager.request('start', 'slow.service', 'replace', 'test');
  const services = fakeServices(manager);
  const context: HandlerContext = { ...services, subscribe: () => undefined, whenOver: () => undefined };
  const params = v.parse(contract[name].params, examples[name] ?? {});
  const answering = Promise.resolve(handlers[name](params, context));
  manager.finish('slow.service', 'done');
  const answer = await answering;
  assert.ok(answer.ok, `${name}: ${answer.ok ? '' : answer.error.message}`);
  const checked = v.safeParse(contract[name].result, answer.value);
  assert.ok(checked.success, `${name}: ${JSON.stringify(checked.issues)}`);
  assert.deepEqual(checked.output, answer.value, `${name} answers more than the contract says`);
}
