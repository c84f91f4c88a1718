import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainRequest, plan, rootContext, serviceConfig } from '../../test/exec/example.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { labelOps } from './labels.ts';

const noLabels = { SELinuxContext: '', AppArmorProfile: '', SmackProcessLabel: '' };

/** What is written where, with the exit status where that fails, if it counts. */
function told(labels: Partial<ExecSettings>): readonly string[] {
  return labelOps({ ...noLabels, ...labels }).map((op) =>
    op.op === 'write'
      ? `${op.path} ${JSON.stringify(new TextDecoder().decode(op.bytes))} ${op.tolerate === true ? 'if possible' : op.exit}`
      : op.op,
  );
}

test('each security module is told the label of the program in its own way', () => {
  assert.deepEqual(told({ SELinuxContext: 'system_u:system_r:a_t:s0' }), ['/proc/self/attr/exec "system_u:system_r:a_t:s0\\u0000" 229']);
  assert.deepEqual(told({ AppArmorProfile: 'a' }), ['/proc/self/attr/apparmor/exec "exec a" 231']);
  assert.deepEqual(told({ SmackProcessLabel: 'A' }), ['/proc/self/attr/current "A" 236']);
  assert.deepEqual(told({ AppArmorProfile: '-a' }), ['/proc/self/attr/apparmor/exec "exec a" if possible']);
  assert.deepEqual(told({ SELinuxContext: '-', SmackProcessLabel: '' }), []);
});

test('a machine without the module runs the program without the label, and a label is set while /proc is the one of the machine', () => {
  const labelled = serviceConfig({ AppArmorProfile: 'a', ProtectSystem: 'strict' });
  const machine = {
    controllers: new Set(['']),
    capabilities: new Set(['']),
    features: new Set(['mount namespaces']),
    rights: new Set(['to make namespaces']),
  };
  const without = plan(mainRequest(labelled), { ...rootContext, sandbox: { machine, policy: 'systemd' } });
  assert.equal(
    without.some(({ op }) => op === 'write'),
    false,
  );
  const names = plan(mainRequest(labelled), rootContext).map(({ op }) => op);
  assert.ok(names.indexOf('write') >= 0 && names.indexOf('write') < names.indexOf('mount-namespace'));
});
