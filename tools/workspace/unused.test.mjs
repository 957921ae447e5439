import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { root } from './nx.mjs';

test('no file, export or dependency is there that nobody uses; "npx knip" lists them', () => {
  const { stdout, stderr, status } = spawnSync('npx', ['--no-install', 'knip', '--no-config-hints'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ found: stdout.trim(), status }).toEqual({ found: '', status: 0 });
  expect(stderr).not.toContain('Error');
}, 120_000);
