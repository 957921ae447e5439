import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { parseHttpDate } from './http-date.js';

const now = Date.parse('2026-07-01T00:00:00Z');

test.each([
  ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37Z'],
  ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37Z'],
  ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37Z'],
  ['Wed Nov 16 08:49:37 1994', '1994-11-16T08:49:37Z'],
  ['Wednesday, 01-Jul-76 00:00:00 GMT', '2076-07-01T00:00:00Z'],
  ['Friday, 01-Jul-77 00:00:00 GMT', '1977-07-01T00:00:00Z'],
  ['Thu, 29 Feb 2024 23:59:60 GMT', '2024-03-01T00:00:00Z'],
])('%s is %s', (text, expected) => {
  expect(new Date(parseHttpDate(text, now) ?? NaN).toISOString()).toBe(new Date(expected).toISOString());
});

test.each([
  '',
  'in window 49',
  '49',
  '2026-01-01T00:00:00Z',
  'Thu, 30 Feb 2026 00:00:00 GMT',
  'Thu, 01 Jan 2026 24:00:00 GMT',
  'Thu, 01 Jan 2026 00:00:00 +0100',
  'Thu, 01 Jan 2026 00:00:00 GMT or later',
])('%j is no date', (text) => {
  expect(parseHttpDate(text, now)).toBeUndefined();
});

describe('means GMT wherever the device is', () => {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('http-date.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'built',
  });
  const program = `${outputFiles[0]?.text};
    const texts = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'];
    console.log(JSON.stringify([new Date(0).getTimezoneOffset(), ...texts.map((text) => built.parseHttpDate(text, ${now}))]))`;
  test.each([
    ['America/New_York', 300],
    ['Asia/Tokyo', -540],
    ['UTC', 0],
  ])('in %s', (zone, offset) => {
    const env = { ...process.env, TZ: zone, NODE_OPTIONS: '' };
    const answer = execFileSync(process.execPath, ['-e', program], { env, encoding: 'utf8' });
    const ms = Date.UTC(1994, 10, 6, 8, 49, 37);
    expect(JSON.parse(answer)).toEqual([offset, ms, ms, ms]);
  });
});
