import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Heap } from './heap.js';

test('is empty at first, and again', () => {
  const heap = new Heap<string>();
  expect([heap.peek(), heap.peekKey(), heap.pop()]).toEqual([undefined, Infinity, undefined]);
  heap.push(1, 'a');
  expect([heap.peek(), heap.peekKey(), heap.pop(), heap.pop()]).toEqual(['a', 1, 'a', undefined]);
});

test('gives out by key, whatever the order of coming and going', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { freq: 3 })), (steps) => {
      const heap = new Heap<number>();
      const model: number[] = [];
      for (const key of steps) {
        if (key === null) {
          expect(heap.pop()).toBe(model.shift());
        } else {
          heap.push(key, key);
          model.push(key);
          model.sort((a, b) => a - b);
        }
        expect(heap.peekKey()).toBe(model[0] ?? Infinity);
      }
    }),
  );
});
