import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { finishMixing, mixBytes, mixText, mixWord } from './mixing.js';

test('mixes as MurmurHash3 does: the published value of "test"', () => {
  const [word, length] = [0x74736574, 4];
  expect(finishMixing(mixWord(0, word) ^ length) >>> 0).toBe(0xba6bd213);
});

test('mixes texts as the formats that were written with it expect', () => {
  expect(finishMixing(mixText(0, 'abc'))).toBe(-1230204799);
  expect(finishMixing(mixText(7, 'héllo 😀'))).toBe(260302449);
});

test('a word that changes always changes the result', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer(), (seed, a, b) => {
      fc.pre(a !== b);
      expect(finishMixing(mixWord(seed, a))).not.toBe(finishMixing(mixWord(seed, b)));
    }),
  );
});

test('bytes and their number count', () => {
  const hash = (...bytes: readonly number[]): number => finishMixing(mixBytes(1, Uint8Array.from(bytes)));
  expect(new Set([hash(), hash(0), hash(0, 0), hash(1)]).size).toBe(4);
});
