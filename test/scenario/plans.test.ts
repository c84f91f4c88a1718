import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Simulation } from './simulation.ts';

/** The plans of units of all kinds as files, to be read by people: `TYSD_GOLDEN=write` makes them anew, and git shows what became another one. */

const directory = join(import.meta.dirname, 'plans');
const names = readdirSync(directory).filter((name) => !name.endsWith('.plan'));

const files = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nweb:x:900:900::/srv/web:/usr/sbin/nologin\n',
  '/etc/group': 'root:x:0:\nweb:x:900:\nlogs:x:901:\n',
  '/etc/secrets.key': 'key',
};

const simulation = new Simulation({
  units: { 'default.target': '', ...Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')])) },
  files,
}).boot();

/** As `tysctl plan` prints it, with short places. */
function planOf(name: string): string {
  const plan = simulation.manager.plan(name);
  assert.ok(plan.ok);
  const lines = plan.value.flatMap(({ list, ops }) => [
    list,
    ...ops.map(({ op, text, setting, at }) => {
      const cause = setting === undefined ? '' : `   <- ${setting}=${at === undefined ? '' : ` ${at.slice(at.lastIndexOf('/') + 1)}`}`;
      const [first, ...below] = text.split('\n');
      return [`  ${`${op} ${first}`.trimEnd()}${cause}`, ...below.map((line) => `      ${line}`)].join('\n');
    }),
  ]);
  const notApplied = [...new Set(plan.value.flatMap((command) => command.notApplied))].map((text) => `not carried out: ${text}`);
  return `${[...lines, ...notApplied].join('\n')}\n`;
}

for (const name of names) {
  test(`the plan of ${name}`, () => {
    const path = join(directory, `${name}.plan`);
    if (process.env['TYSD_GOLDEN'] === 'write') writeFileSync(path, planOf(name));
    assert.equal(planOf(name), readFileSync(path, 'utf8'));
  });
}
