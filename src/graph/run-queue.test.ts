import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { DependencyGraph } from './dependency-graph.ts';
import { goesFirst } from './job.ts';
import type { JobType } from './job.ts';
import { RunQueue } from './run-queue.ts';
import type { QueueEntry } from './run-queue.ts';

const entry = (unit: string, type: JobType = 'start'): QueueEntry => ({ unit, unitType: 'service', type, ignoreOrder: false, nice: 0 });

test('a job waits for those before it, and is offered once', () => {
  const graph = new DependencyGraph();
  graph.add('b', 'After', 'a');
  graph.add('c', 'After', 'b');
  const queue = new RunQueue(graph);
  for (const unit of ['c', 'b', 'a']) queue.add(entry(unit));
  assert.equal(queue.next()?.unit, 'a');
  assert.equal(queue.next(), undefined);
  const { waitsFor, blocks } = queue.around('c');
  assert.deepEqual([waitsFor.map(({ unit }) => unit), blocks.map(({ unit }) => unit)], [['b'], []]);
  queue.remove('a');
  assert.equal(queue.next()?.unit, 'b');
  queue.remove('b');
  assert.equal(queue.next()?.unit, 'c');
});

test('jobs that can run come by unit type, then nice, then name', () => {
  const queue = new RunQueue(new DependencyGraph());
  queue.add({ ...entry('b.service'), unitType: 'service' });
  queue.add({ ...entry('a.service'), unitType: 'service' });
  queue.add({ ...entry('z.service'), unitType: 'service', nice: -5 });
  queue.add({ ...entry('t.target'), unitType: 'target' });
  queue.add({ ...entry('s.slice'), unitType: 'slice' });
  const order = Array.from({ length: 5 }, () => queue.next()?.unit);
  assert.deepEqual(order, ['s.slice', 't.target', 'z.service', 'a.service', 'b.service']);
});

test('a job that is offered again before it was taken is offered once', () => {
  const queue = new RunQueue(new DependencyGraph());
  queue.add(entry('a', 'start'));
  queue.retry('a');
  assert.equal(queue.next()?.unit, 'a');
  assert.equal(queue.next(), undefined);
  queue.retry('a');
  assert.equal(queue.next()?.unit, 'a');
});

test('whatever is added and removed, a job is offered exactly when nothing in the queue goes before it', () => {
  const types: readonly JobType[] = ['start', 'stop', 'restart', 'reload'];
  const units = ['a', 'b', 'c', 'd', 'e'];
  const name = fc.constantFrom(...units);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, name), { maxLength: 8 }),
      fc.array(fc.tuple(name, fc.constantFrom(...types)), { maxLength: 20 }),
      (edges, moves) => {
        const graph = new DependencyGraph();
        // From small to large only, so that there is no cycle.
        for (const [from, to] of edges) if (from < to) graph.add(from, 'Before', to);
        const queue = new RunQueue(graph);
        const queued = new Map<string, JobType>();
        const offered = new Set<string>();
        for (const [unit, type] of moves) {
          if (queued.delete(unit)) {
            queue.remove(unit);
            offered.delete(unit);
          } else {
            queued.set(unit, type);
            queue.add(entry(unit, type));
          }
          for (let next = queue.next(); next !== undefined; next = queue.next()) {
            assert.ok(!offered.has(next.unit), 'offered twice');
            offered.add(next.unit);
          }
          for (const [one, own] of queued) {
            const waits = [...queued].some(([other, others]) => {
              if (graph.has(one, 'before', other)) return goesFirst(own, others) === 'b';
              return graph.has(one, 'after', other) && goesFirst(others, own) === 'a';
            });
            assert.ok(waits || offered.has(one), `${one} can run but was not offered`);
          }
        }
      },
    ),
  );
});
