import { expect, test } from '@jest/globals';
import { type Rig, type RigOptions, opened } from '../../test/rig.js';
import { acknowledged, unreachable } from '../../test/scripted-transport.js';
import type { Operation } from '../operation/operation.js';
import type { DeliveryOutcome } from '../outcome/delivery-outcome.js';

const DAY_MS = 24 * 3_600_000;
const forgotten: DeliveryOutcome = {
  kind: 'rejected',
  reason: { code: 'KEY_EXPIRED', message: 'too old', status: 410 },
};

const timeOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);

/** A device that was away for 100 days with what it wrote, and a server that remembers the keys of 90. */
async function returning(ids: readonly string[], options: RigOptions = {}): Promise<Rig> {
  const rig = await opened(options);
  await rig.enqueue(ids, { entity: 'e' });
  await rig.clock.advance(100 * DAY_MS);
  const serverNow = rig.clock.now();
  const isOld = (id: string): boolean => ids.includes(id) || timeOf(id) < serverNow - 90 * DAY_MS;
  rig.transport.answer = ({ id }) => (isOld(id) ? forgotten : acknowledged);
  return rig;
}

const payloads = (operations: readonly Operation[]): readonly unknown[] =>
  operations.map(({ payload }) => payload);

test('what was never sent arrives under a key that is made when the server has forgotten its own (22)', async () => {
  const rig = await returning(['x']);
  await rig.worker.start();
  await rig.clock.advance(0);
  const [first, second] = rig.transport.batches.flatMap(({ operations }) => operations);
  expect([first?.id, first?.payload, second?.payload]).toEqual(['x', 'x', 'x']);
  expect(rig.told('replaced')).toMatchObject([{ id: 'x', replacedBy: second?.id }]);
  expect(rig.told('acknowledged')).toMatchObject([{ id: second?.id }]);
  expect(rig.told('deadLettered')).toEqual([]);
  const { items } = await rig.inner.outcomes();
  expect(items).toMatchObject([
    { id: 'x', outcome: 'replaced', into: second?.id },
    { id: second?.id, outcome: 'acknowledged' },
  ]);
});

test('the new key is young by the server’s clock, however far behind the device’s is', async () => {
  const rig = await returning(['x']);
  const serverNow = rig.clock.now();
  rig.clock.jump(-365 * DAY_MS);
  rig.transport.time = () => serverNow;
  await rig.worker.start();
  await rig.clock.advance(0);
  expect(await rig.total()).toBe(0);
  expect(timeOf(rig.transport.batches[1]?.operations[0]?.id ?? '')).toBe(serverNow);
});

test('it is renewed once: a server that calls each key too old gets it as a dead letter', async () => {
  const rig = await returning(['x']);
  rig.transport.answer = () => forgotten;
  await rig.worker.start();
  await rig.clock.advance(60_000);
  expect(rig.transport.batches).toHaveLength(2);
  expect(rig.told('deadLettered')).toMatchObject([{ failure: { code: 'KEY_EXPIRED' } }]);
});

test('what may have been sent before its answer was lost becomes a dead letter', async () => {
  const rig = await opened();
  await rig.enqueue(['x']);
  rig.transport.answer = () => unreachable;
  await rig.worker.start();
  await rig.clock.advance(0);
  rig.transport.answer = () => forgotten;
  await rig.clock.advance(120_000);
  expect(rig.told('deadLettered')).toMatchObject([{ id: 'x', failure: { code: 'KEY_EXPIRED' } }]);
  expect(rig.told('replaced')).toEqual([]);
});

test('those behind it go when it has arrived, so that they are never sent under keys that are forgotten', async () => {
  const rig = await returning(['x', 'y', 'z'], { maxBatchSize: 10, batchSize: 10, keepsOrder: true });
  await rig.worker.start();
  await rig.clock.advance(0);
  expect(rig.transport.batches.map(({ operations }) => payloads(operations))).toEqual(
    ['x', 'x', 'y', 'y', 'z', 'z'].map((payload) => [payload]),
  );
  expect([await rig.total(), rig.told('deadLettered')]).toEqual([0, []]);
});

test('a lane of old changes goes in batches as soon as the server has taken one of that age', async () => {
  const rig = await opened({ maxBatchSize: 10, batchSize: 10, keepsOrder: true });
  const ids = Array.from({ length: 21 }, (_, n) => `${n}`);
  await rig.enqueue(ids, { entity: 'e' });
  await rig.clock.advance(30 * DAY_MS);
  await rig.worker.start();
  await rig.clock.advance(0);
  expect(rig.transport.batches.map(({ operations }) => operations.length)).toEqual([1, 10, 10]);
  expect(rig.transport.sent).toEqual(ids);
});
