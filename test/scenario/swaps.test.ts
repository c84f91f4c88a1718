import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MountMachine } from './mount-table.ts';

test('what others swap to is a unit of the system’s slice that says nothing of a source', () => {
  const machine = new MountMachine({ units: { 'default.target': '' }, swaps: true });
  const { simulation } = machine;
  simulation.boot();
  machine.swapOn('/area');
  const { What, Slice, SourcePath, LoadState, After = '' } = simulation.manager.properties('area.swap') ?? {};
  assert.deepEqual(
    { What, Slice, SourcePath, LoadState, afterRemount: After.split(' ').includes('systemd-remount-fs.service') },
    { What: '/area', Slice: 'system.slice', SourcePath: '', LoadState: 'loaded', afterRemount: true },
  );
  machine.swapOff('/area');
  assert.equal(
    simulation.manager.units().some(({ name }) => name === 'area.swap'),
    false,
  );
});

test('an area that was started by another name than the kernel’s is active until the table changes', () => {
  const machine = new MountMachine({
    units: { 'default.target': '', 'link.swap': '[Swap]\nWhat=/link\n' },
    swaps: true,
    programs: { '/sbin/swapon': () => ({ runUsec: 1000 }) },
  });
  const { simulation } = machine;
  simulation.boot();
  simulation.manager.request('start', 'link.swap', 'replace', 'test');
  simulation.clock.settle();
  simulation.clock.advance(2000);
  assert.equal(simulation.state('link.swap'), 'active (active)');
  machine.swapOn('/area');
  assert.equal(simulation.state('link.swap'), 'inactive (dead)');
});
