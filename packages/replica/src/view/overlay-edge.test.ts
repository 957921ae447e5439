import { expect, test } from '@jest/globals';
import { overlayEdge } from './overlay-edge.js';

const edge = (
  touches: Readonly<Record<string, readonly string[]>>,
  uncertain: readonly string[],
  reached: readonly string[],
) => {
  const { frozen, over } = overlayEdge({
    touches: new Map(Object.entries(touches).map(([id, entities]) => [id, new Set(entities)])),
    uncertain,
    reached,
  });
  return { frozen: [...frozen].sort(), over: [...over].sort() };
};

test('what the copy holds lies over it no longer', () => {
  expect(edge({ a: ['x'] }, [], ['a'])).toEqual({ frozen: [], over: ['a'] });
});

test('what may have been sent freezes all that it touches', () => {
  expect(edge({ a: ['x', 'y'] }, ['a'], [])).toEqual({ frozen: ['x', 'y'], over: [] });
});

test('what the copy holds stays over what is frozen, with all that it touches itself', () => {
  const touches = { sent: ['x'], held: ['x', 'y'], next: ['y', 'z'], free: ['w'] };
  expect(edge(touches, ['sent'], ['next', 'held', 'free'])).toEqual({
    frozen: ['x', 'y', 'z'],
    over: ['free'],
  });
});

test('an operation that touches nothing holds nothing up', () => {
  expect(edge({}, ['sent'], ['held'])).toEqual({ frozen: [], over: ['held'] });
});
