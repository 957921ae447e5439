import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { missingFromLock } from './missing-from-lock.mjs';
import { root } from './nx.mjs';

test('the lock file holds every optional package that it names, or `npm ci` would refuse it', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(missingFromLock(packages)).toEqual([]);
});

test('a package for another platform that the registry lacked is named with who wants it', () => {
  const packages = {
    'node_modules/parser': { optionalDependencies: { 'parser-linux': '1', 'parser-mac': '1' } },
    'node_modules/parser-linux': {},
  };
  expect(missingFromLock(packages)).toEqual(['parser-mac, which node_modules/parser names']);
});

test('a package that lies in the folder of a parent is found', () => {
  const packages = {
    'node_modules/a/node_modules/b': { optionalDependencies: { c: '1', d: '1' } },
    'node_modules/a/node_modules/c': {},
    'node_modules/d': {},
  };
  expect(missingFromLock(packages)).toEqual([]);
});
