import { expect, test } from '@jest/globals';
import { Ledger } from './ledger.mjs';

const arrival = (n, more = {}) => ({ id: `id-${n}`, body: JSON.stringify({ entity: 'e', n }), ...more });

test('a clean run is judged clean', () => {
  const ledger = new Ledger();
  for (const n of [1, 2, 3]) {
    ledger.acknowledge(`id-${n}`);
    ledger.apply(arrival(n))();
  }
  expect(ledger.verdict()).toEqual({
    operations: 3,
    lost: [],
    doubled: [],
    outOfOrder: [],
    resent: 0,
    late: 0,
  });
});

test('what the device acknowledged and the server never saw is lost', () => {
  const ledger = new Ledger();
  ledger.acknowledge('id-1');
  expect(ledger.verdict().lost).toEqual(['id-1']);
});

test('a repeat after the answer was lost is harmless', () => {
  const ledger = new Ledger();
  ledger.apply(arrival(1))();
  ledger.apply(arrival(1))();
  expect(ledger.verdict()).toMatchObject({ doubled: [], resent: 1 });
});

test.each([
  ['while the first is under way', (ledger) => [ledger.apply(arrival(1)), ledger.apply(arrival(1))]],
  [
    'with other bytes',
    (ledger) => [ledger.apply(arrival(1))(), ledger.apply(arrival(1, { body: '{"n":1}' }))],
  ],
  ['under another id', (ledger) => [ledger.apply(arrival(1))(), ledger.apply(arrival(1, { id: 'other' }))()]],
  ['without a lease', (ledger) => [ledger.apply(arrival(1))(), ledger.apply(arrival(1, { held: false }))()]],
])('a repeat %s is a double', (_how, play) => {
  const ledger = new Ledger();
  play(ledger);
  expect(ledger.verdict().doubled).toHaveLength(1);
});

test('what lay on its way past a lease says nothing about who holds it', () => {
  const ledger = new Ledger();
  ledger.apply(arrival(1));
  ledger.apply(arrival(1, { sentAt: Date.now() - 1000 }));
  expect(ledger.verdict()).toMatchObject({ doubled: [], resent: 1, late: 1 });
});

test('an effect that overtakes another one of its entity is out of order', () => {
  const ledger = new Ledger();
  ledger.apply(arrival(2))();
  ledger.apply(arrival(1))();
  expect(ledger.verdict().outOfOrder.length).toBeGreaterThan(0);
});

test('what a deleted storage held is not counted, what came later is', () => {
  const ledger = new Ledger();
  ledger.acknowledge('id-1');
  ledger.forgetDevice();
  expect(ledger.verdict().lost).toEqual([]);
  ledger.acknowledge('id-2');
  expect(ledger.verdict().lost).toEqual(['id-2']);
});
