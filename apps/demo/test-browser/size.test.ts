import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';

const folder = new URL('../dist/page/', import.meta.url);

const weightOf = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(`assets/${name}`, folder))).length, 0);

test('the page loads scripts and styles of less than 120 kB gzipped', () => {
  const html = readFileSync(new URL('index.html', folder), 'utf8');
  const loaded = [...html.matchAll(/"\/assets\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name ?? '');
  const all = readdirSync(new URL('assets/', folder)).filter((name) => /\.(js|css)$/.test(name));
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  process.stdout.write(
    `Scripts and styles gzipped: ${kilobytes(weightOf(loaded))} at first, ` +
      `${kilobytes(weightOf(all))} with the inspector, which comes when it is wanted\n`,
  );
  expect(loaded.length).toBeGreaterThan(1);
  expect(weightOf(loaded)).toBeGreaterThan(50_000);
  expect(weightOf(loaded)).toBeLessThan(120_000);
});
