import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pack } from './pack.mjs';
import { entryPoints, publicPackages } from './public-packages.mjs';
import { tarballProblems } from './tarball-rules.mjs';

/**
 * What an ESM-only package answers to old ways of resolving it: Node 10 knows no `exports`, and to TypeScript a
 * `require` of it is an import of a module. Both are intended.
 */
const ESM_ONLY = ['NoResolution node10', 'CJSResolvesToESM node16-cjs'];

const packages = publicPackages();
let folder;
let tarballs;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cpc-pack-'));
  tarballs = await pack(packages, folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(packages.map((found) => [found.name, found]))(
  'the tarball of %s',
  (name, { path, manifest }) => {
    const tarball = () => tarballs.find((packed) => packed.name === name);

    test('holds what it needs, its sources for the maps, and nothing else', () => {
      expect(tarballProblems(manifest, tarball().paths, path)).toEqual([]);
    });

    test('has nothing that publint would change', async () => {
      const { buffer } = new Uint8Array(readFileSync(tarball().file));
      const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
      expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    });

    test('has types that resolve as its code does', async () => {
      const content = createPackageFromTarballData(new Uint8Array(readFileSync(tarball().file)));
      const { problems } = await checkPackage(content);
      const unexpected = problems.filter(
        ({ kind, resolutionKind }) => !ESM_ONLY.includes(`${kind} ${resolutionKind}`),
      );
      expect(unexpected).toEqual([]);
    });
  },
);

test('a file that no source stands behind, and one that is not there, are named', () => {
  const { path, manifest } = packages.find(({ folder: name }) => name === 'network');
  const { paths } = tarballs.find(({ name }) => name === '@cpc/network');
  const changed = paths.filter((file) => file !== 'src/index.ts' && file !== 'LICENSE').concat('notes.txt');
  expect(tarballProblems(manifest, changed, path)).toEqual([
    'LICENSE is missing',
    'src/index.ts is missing',
    'notes.txt should not be in it',
    'dist/index.d.ts.map points to src/index.ts, which is not there',
    'dist/index.js.map points to src/index.ts, which is not there',
  ]);
});

test('every package has an entry point with types', () => {
  expect(packages.filter(({ manifest }) => entryPoints(manifest).length === 0)).toEqual([]);
});
