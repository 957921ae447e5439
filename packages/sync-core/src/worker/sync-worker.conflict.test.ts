import { describe, expect, test } from '@jest/globals';
import { opened, type Rig, type RigOptions, running } from '../../test/rig.js';
import { acknowledged, rejected, retry, unreachable } from '../../test/scripted-transport.js';
import { ConstantBackoff } from '../backoff/backoff.js';
import { parseTimestamp } from '../conflict/hybrid-logical-clock.js';
import { defineOperation } from '../operation/define-operation.js';
import type { ConflictResolver, Resolution } from '../ports/conflict-resolver.js';

const remote = { value: { text: 'theirs' }, version: 'v2' };
const resolver = (resolution: unknown): ConflictResolver => ({ resolve: () => resolution as Resolution });

/** A rig whose server meets the first `times` sends with a conflict. */
async function conflicting(options: RigOptions, times = 1): Promise<Rig> {
  const rig = await running({ backoff: new ConstantBackoff(1000), ...options });
  let left = times;
  rig.transport.answer = () => (left-- > 0 ? { kind: 'conflict', remote } : acknowledged);
  await rig.enqueue(['x'], { entity: 'e', base: 'old' });
  await rig.clock.advance(0);
  return rig;
}

describe('a conflict', () => {
  test('that the server wins ends the operation', async () => {
    const rig = await conflicting({ resolver: resolver({ kind: 'use-remote' }) });
    expect(rig.told('conflict')).toMatchObject([{ id: 'x', resolution: 'use-remote', remote }]);
    expect(await rig.total()).toBe(0);
    expect(rig.transport.batches).toHaveLength(1);
  });

  test('that the device wins sends the payload again, against the version of the server', async () => {
    const rig = await conflicting({ resolver: resolver({ kind: 'use-local' }) });
    const [first, second] = rig.transport.batches.map(({ operations }) => operations[0]);
    expect(second).toMatchObject({ payload: 'x', baseVersion: 'v2' });
    expect(second?.id).not.toBe(first?.id);
    expect(rig.told('conflict')).toMatchObject([{ replacedBy: second?.id }]);
  });

  test('that is merged sends the merged value', async () => {
    const rig = await conflicting({ resolver: resolver({ kind: 'merge', value: 'both' }) });
    expect(rig.transport.sent).toEqual(['x', 'both']);
  });

  test('that is deferred parks the operation until a person decides', async () => {
    const rig = await conflicting({ resolver: resolver({ kind: 'defer' }) });
    await rig.enqueue(['behind'], { entity: 'e' });
    await rig.clock.advance(100_000);
    expect(rig.told('parked')).toMatchObject([{ id: 'x', failure: { code: 'CONFLICT_DEFERRED' } }]);
    expect(rig.transport.batches).toHaveLength(1);
    await rig.queue.resolve('x', { kind: 'merge', value: 'decided' });
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['x', 'decided', 'behind']);
  });

  test.each([
    ['throws', { resolve: () => Promise.reject(new Error('no')) }],
    ['answers with nonsense', resolver({ kind: 'both' })],
    ['answers with nothing', resolver(undefined)],
    ['merges into what is no JSON', resolver({ kind: 'merge', value: 1n })],
  ])('whose resolver %s costs the operation an attempt and nothing more', async (_, broken) => {
    const rig = await conflicting({ resolver: broken });
    const { attempts, history, state } = await rig.get('x');
    expect([attempts, state, history[0]?.code]).toEqual([1, 'scheduled', 'RESOLVER_FAILED']);
    await rig.clock.advance(1000);
    expect(await rig.total()).toBe(0);
  });

  test('whose resolver hangs is given up after resolveTimeoutMs', async () => {
    let aborted = false;
    const hanging: ConflictResolver = {
      resolve: (_, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => void (aborted = true))),
    };
    const rig = await conflicting({ resolver: hanging, resolveTimeoutMs: 2000 });
    await rig.clock.advance(2000);
    expect(aborted).toBe(true);
    expect((await rig.get('x')).history[0]?.code).toBe('RESOLVER_FAILED');
  });

  test('costs nothing when the worker is stopped while the resolver thinks', async () => {
    const rig = await conflicting({ resolver: { resolve: () => new Promise(() => undefined) } });
    await rig.worker.stop();
    const { attempts, state } = await rig.get('x');
    expect([attempts, state, rig.clock.pendingTimers]).toEqual([0, 'waiting', 0]);
  });

  test('is met maxConflictRounds times; one more makes a dead letter', async () => {
    const rig = await conflicting({ resolver: resolver({ kind: 'use-local' }), maxConflictRounds: 2 }, 99);
    expect(rig.transport.batches).toHaveLength(3);
    expect(rig.told('deadLettered')).toMatchObject([{ failure: { code: 'CONFLICT_UNRESOLVED' } }]);
  });

  test('gives the resolver copies, the base and the round', async () => {
    const seen: unknown[] = [];
    const greedy: ConflictResolver = {
      resolve: ({ local, base, round, remote: given }) => {
        seen.push([local, base, round, structuredClone(given.value)]);
        (given.value as { text: string }).text = 'changed';
        return { kind: 'use-local' };
      },
    };
    await conflicting({ resolver: greedy }, 2);
    expect(seen).toEqual([
      ['x', 'old', 0, { text: 'theirs' }],
      ['x', { text: 'theirs' }, 1, { text: 'theirs' }],
    ]);
  });

  test('is decided by the resolver of the definition before that of the worker, on an observed clock', async () => {
    const own = defineOperation('own', { conflict: resolver({ kind: 'use-remote' }) });
    const rig = await opened({ operations: [own], resolver: resolver({ kind: 'defer' }) });
    const timestamp = rig.clock.now() + 30_000;
    rig.transport.answer = () => ({ kind: 'conflict', remote: { ...remote, timestamp } });
    await rig.queue.enqueue(own, 1);
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(await rig.total()).toBe(0);
  });
});

describe('a clock that is ahead', () => {
  test.each([3_600_000, 365 * 24 * 3_600_000])(
    'by %d ms wins no conflict: the record that another device changed a minute later stands',
    async (aheadMs) => {
      const rig = await opened();
      const truth = rig.clock.now();
      rig.clock.jump(aheadMs);
      await rig.enqueue(['x'], { entity: 'e', baseVersion: 'v1' });
      await rig.clock.advance(3_600_000);
      rig.transport.time = () => truth + 3_600_000;
      rig.transport.answer = () => ({ kind: 'conflict', remote: { ...remote, timestamp: truth + 60_000 } });
      await rig.worker.start();
      await rig.clock.advance(0);
      expect(rig.told('conflict')).toMatchObject([{ id: 'x', resolution: 'use-remote' }]);
    },
  );

  test('wins where it was the later one in truth, and stamps what comes then by the time of the server', async () => {
    const rig = await opened();
    const truth = rig.clock.now();
    rig.clock.jump(-3_600_000);
    await rig.enqueue(['x'], { entity: 'e', baseVersion: 'v1' });
    rig.transport.time = () => truth;
    rig.transport.answer = ({ baseVersion }) =>
      baseVersion === 'v1'
        ? { kind: 'conflict', remote: { ...remote, timestamp: truth - 60_000 } }
        : acknowledged;
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.told('conflict')).toMatchObject([{ id: 'x', resolution: 'use-local' }]);
    await rig.worker.stop();
    await rig.enqueue(['y']);
    expect(parseTimestamp((await rig.get('y')).timestamp)?.ms).toBe(truth);
  });
});

describe('a change of one’s own without a version', () => {
  test.each([1, 8])('is no conflict for the next, in batches of %d', async (maxBatchSize) => {
    const rig = await opened({ maxBatchSize, keepsOrder: true, resolver: resolver({ kind: 'defer' }) });
    let version = 1;
    rig.transport.answer = ({ baseVersion }) => {
      if (baseVersion !== undefined && baseVersion !== `v${version}`) return { kind: 'conflict', remote };
      const previousVersion = `v${version++}`;
      return { kind: 'acknowledged', version: `v${version}`, previousVersion };
    };
    await rig.enqueue(['line.add'], { entity: 'e' });
    await rig.enqueue(['save'], { entity: 'e', baseVersion: 'v1' });
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['line.add', 'save']);
    expect([rig.told('conflict'), await rig.total()]).toEqual([[], 0]);
  });

  test('is one where somebody else came between', async () => {
    const rig = await running({ resolver: resolver({ kind: 'use-remote' }) });
    rig.transport.answer = ({ baseVersion }) =>
      baseVersion === undefined
        ? { kind: 'acknowledged', version: 'v3', previousVersion: 'v2' }
        : { kind: 'conflict', remote };
    await rig.enqueue(['line.add'], { entity: 'e' });
    await rig.enqueue(['save'], { entity: 'e', baseVersion: 'v1' });
    await rig.clock.advance(0);
    expect(rig.told('conflict')).toMatchObject([{ id: 'save' }]);
  });
});

describe('a batch in order', () => {
  test('keeps the order of each entity for every mix of outcomes', async () => {
    const outcomes = [acknowledged, retry(), unreachable, rejected, new Error('bug')];
    for (let mix = 0; mix < 25; mix++) {
      const rig = await opened({ maxBatchSize: 8, keepsOrder: true, backoff: new ConstantBackoff(100) });
      const applied: string[] = [];
      const left = new Map([
        ['a1', [outcomes[mix % 5]]],
        ['a2', [outcomes[Math.floor(mix / 5)]]],
      ]);
      rig.transport.respond = (operations) => {
        const plan = operations.map(({ id }) => left.get(id)?.[0] ?? acknowledged);
        const error = plan.find((answer) => answer instanceof Error);
        if (error !== undefined) {
          if (operations.length === 1) left.get(operations[0]?.id ?? '')?.shift();
          throw error;
        }
        const held = new Set<string | undefined>();
        return operations.map(({ id, entity }, at) => {
          if (held.has(entity)) return { kind: 'skipped' };
          left.get(id)?.shift();
          const answer = plan[at] as typeof acknowledged;
          if (answer.kind === 'acknowledged') applied.push(id);
          else held.add(entity);
          return answer;
        });
      };
      await rig.enqueue(['a1', 'a2', 'a3'], { entity: 'a' });
      await rig.enqueue(['b1', 'b2'], { entity: 'b' });
      await rig.worker.start();
      await rig.clock.advance(10_000);
      for (let dead = 0; dead < 2; dead++) {
        const { items } = await rig.queue.list({ states: ['deadLetter'] });
        for (const { id } of items) await rig.queue.discard(id);
        await rig.clock.advance(10_000);
      }
      const isApplied = (id: string): boolean => applied.includes(id);
      expect(applied.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3'].filter(isApplied));
      expect(applied).toContain('a3');
      expect(applied.filter((id) => id.startsWith('b'))).toEqual(['b1', 'b2']);
      expect(await rig.total()).toBe(0);
      await rig.worker.stop();
    }
  });

  test('holds what is behind an operation that cannot be sent', async () => {
    const known = defineOperation('other');
    const writer = await opened({ operations: [known] });
    await writer.queue.enqueue(known, 1, { id: 'old shape', entity: 'e' });
    const withoutUpcast = defineOperation('other', { version: 2 });
    const operations = [withoutUpcast, defineOperation('note')];
    const rig = await opened({ beside: writer, maxBatchSize: 8, keepsOrder: true, operations });
    await rig.enqueue(['behind'], { entity: 'e' });
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.transport.batches).toEqual([]);
    expect(rig.told('released')).toMatchObject([{ id: 'behind' }]);
    expect((await rig.get('behind')).attempted).toBe(false);
  });

  test('never has operations of one lane under way in two sends, and holds nobody else for one', async () => {
    const rig = await opened({ maxBatchSize: 8, keepsOrder: true, principals: [undefined, 'ann'] });
    await rig.enqueue(['n1', 'n2'], { entity: 'e' });
    await rig.enqueue(['a1'], { entity: 'e', principal: 'ann' });
    rig.transport.answer = ({ id }) => (id === 'n1' ? 'hang' : acknowledged);
    await rig.worker.start();
    await rig.clock.advance(0);
    await rig.enqueue(['n3'], { entity: 'e' });
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['n1', 'n2', 'a1']);
    rig.transport.answer = () => acknowledged;
    rig.transport.release();
    await rig.clock.advance(0);
    expect(rig.transport.sent).toEqual(['n1', 'n2', 'a1', 'n3']);
  });

  test('has no more sends under way than allowed, though two principals share the claim', async () => {
    const rig = await opened({ maxBatchSize: 8, concurrency: 1, principals: [undefined, 'ann'] });
    await rig.enqueue(['nobodys']);
    await rig.enqueue(['anns'], { principal: 'ann' });
    rig.transport.answer = () => 'hang';
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.transport.hanging).toBe(1);
    rig.transport.answer = () => acknowledged;
    rig.transport.release();
    await rig.clock.advance(0);
    expect(await rig.total()).toBe(0);
  });
});

describe('changes that were made on the same version', () => {
  /** A server with one record, which compares versions. */
  function guarded(rig: Rig): void {
    let version = 1;
    rig.transport.answer = ({ baseVersion }) =>
      baseVersion === `v${version}`
        ? { kind: 'acknowledged', version: `v${++version}` }
        : { kind: 'conflict', remote: { value: 'theirs', version: `v${version}` } };
  }
  const basesSent = (rig: Rig): readonly unknown[] =>
    rig.transport.batches.flatMap(({ operations }) =>
      operations.map(({ id, baseVersion }) => [id, baseVersion]),
    );

  test.each([
    ['one by one', {}],
    ['in batches', { maxBatchSize: 8, keepsOrder: true }],
  ])(
    'are no conflict for each other, %s: each goes on the version that the one before made',
    async (_, how) => {
      const rig = await opened(how);
      guarded(rig);
      await rig.enqueue(['1', '2', '3'], { entity: 'e', baseVersion: 'v1' });
      await rig.worker.start();
      await rig.clock.advance(0);
      expect(basesSent(rig)).toEqual([
        ['1', 'v1'],
        ['2', 'v2'],
        ['3', 'v3'],
      ]);
      expect(rig.told('conflict')).toEqual([]);
      expect(await rig.total()).toBe(0);
    },
  );

  test('are a conflict where somebody else came in between', async () => {
    const rig = await opened({ resolver: resolver({ kind: 'use-remote' }) });
    guarded(rig);
    const { answer } = rig.transport;
    rig.transport.answer = (operation) =>
      operation.id === '2' ? { kind: 'conflict', remote } : answer(operation);
    await rig.enqueue(['1', '2'], { entity: 'e', baseVersion: 'v1' });
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.told('conflict')).toMatchObject([{ id: '2' }]);
  });

  test('go as they were where they may have been sent', async () => {
    const rig = await opened({ maxBatchSize: 8, keepsOrder: true });
    await rig.enqueue(['1', '2'], { entity: 'e', baseVersion: 'v1' });
    const { token } = await rig.inner.claim({ now: rig.clock.now(), limit: 8, leaseMs: 1000, perEntity: 8 });
    await rig.inner.settle(token, [
      { id: '1', kind: 'release', sent: true },
      { id: '2', kind: 'release', sent: true },
    ]);
    rig.transport.answer = () => ({ kind: 'acknowledged', version: 'v2' });
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(basesSent(rig)).toEqual([
      ['1', 'v1'],
      ['2', 'v1'],
    ]);
  });

  test('of different entities, and on different versions, go together', async () => {
    const rig = await opened({ maxBatchSize: 8, keepsOrder: true });
    await rig.enqueue(['1', '2'], { baseVersion: 'v1' });
    await rig.enqueue(['3'], { entity: 'e', baseVersion: 'v1' });
    await rig.enqueue(['4'], { entity: 'e', baseVersion: 'v2' });
    await rig.enqueue(['5'], { entity: 'f', baseVersion: 'v1' });
    await rig.worker.start();
    await rig.clock.advance(0);
    expect(rig.transport.batches.map(({ operations }) => operations.length)).toEqual([5]);
  });
});
