import { expect, test } from '@jest/globals';
import { Ledger } from './ledger.mjs';

const request = (n, more = {}) => ({ id: `id-${n}`, entity: 'e', n, body: `bytes of ${n}`, ...more });

test('a clean run is judged clean', () => {
  const ledger = new Ledger();
  for (const n of [1, 2, 3]) {
    ledger.acknowledge(`id-${n}`);
    ledger.apply(request(n))();
  }
  expect(ledger.verdict()).toEqual({ operations: 3, lost: 0, doubled: 0, outOfOrder: 0, resent: 0 });
});

test('what the device acknowledged and the server never saw is lost', () => {
  const ledger = new Ledger();
  ledger.acknowledge('id-1');
  expect(ledger.verdict().lost).toBe(1);
});

test('a repeat after the answer was lost is harmless', () => {
  const ledger = new Ledger();
  ledger.apply(request(1))();
  ledger.apply(request(1))();
  expect(ledger.verdict()).toMatchObject({ doubled: 0, resent: 1 });
});

test('a repeat while the first is under way, with other bytes, or under another id is a double', () => {
  const underWay = new Ledger();
  underWay.apply(request(1));
  underWay.apply(request(1));
  expect(underWay.verdict().doubled).toBe(1);

  const otherBytes = new Ledger();
  otherBytes.apply(request(1))();
  otherBytes.apply(request(1, { body: 'other' }))();
  expect(otherBytes.verdict().doubled).toBe(1);

  const otherId = new Ledger();
  otherId.apply(request(1))();
  otherId.apply(request(1, { id: 'other' }))();
  expect(otherId.verdict().doubled).toBe(1);
});

test('an effect that overtakes another one of its entity is out of order', () => {
  const ledger = new Ledger();
  ledger.apply(request(2))();
  ledger.apply(request(1))();
  expect(ledger.verdict().outOfOrder).toBeGreaterThan(0);
});

test('what a deleted storage held is not counted, what came later is', () => {
  const ledger = new Ledger();
  ledger.acknowledge('id-1');
  ledger.forgetDevice();
  expect(ledger.verdict().lost).toBe(0);
  ledger.acknowledge('id-2');
  expect(ledger.verdict().lost).toBe(1);
});
