import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from '../workspace/nx.mjs';
import { completeManifest, manifestProblems } from './manifest-rules.mjs';
import { publicPackages, readManifest } from './public-packages.mjs';

const packages = publicPackages();
const project = readManifest(root);
const versions = new Map(packages.map(({ name, manifest }) => [name, manifest.version]));

test('packages are found', () => {
  expect(packages.length).toBeGreaterThanOrEqual(8);
});

describe.each(packages.map((found) => [found.name, found]))('%s', (_name, { folder, path, manifest }) => {
  test('has what all packages have; "npm run packages:complete" adds it', () => {
    expect(manifest).toEqual(completeManifest(manifest, folder, project, versions));
  });

  test('has nothing in its manifest that would trouble who installs it', () => {
    expect(manifestProblems(manifest)).toEqual([]);
  });

  test('has the project\'s licence, and a changelog; "npm run packages:complete" adds them', () => {
    expect(readFileSync(join(path, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    expect(existsSync(join(path, 'CHANGELOG.md'))).toBe(true);
  });

  test('has a README that says what it is, how to install it, what to write, and when not to use it', () => {
    const readme = readFileSync(join(path, 'README.md'), 'utf8');
    const [title, sentence, install] = readme.split('\n\n');
    expect(title).toBe(`# ${manifest.name}`);
    expect(sentence.split('\n')).toHaveLength(1);
    expect(install).toMatch(/^```sh\n(npm install|npx) /);
    expect(readme.slice(readme.indexOf(install) + install.length)).toMatch(/```(js|ts|tsx|sh)\n/);
    expect(readme).toContain('\n## When not to use it\n');
  });
});

test('the core brings RxJS, the types of the network port and the list of limits, nothing else', () => {
  const { manifest } = packages.find(({ folder }) => folder === 'sync-core');
  expect(Object.keys(manifest.dependencies).sort()).toEqual(['@cpc/network', '@cpc/protocol', 'rxjs']);
});

const sound = {
  name: '@cpc/sound',
  description: 'Sound.',
  keywords: ['a', 'b', 'c'],
  sideEffects: false,
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
};

test.each([
  ['an install script', { scripts: { postinstall: 'node setup.js' } }, 'it has a "postinstall" script'],
  [
    'a pinned dependency',
    { dependencies: { idb: '8.0.4' } },
    'idb is pinned to 8.0.4; take a range, as ^8.0.4',
  ],
  [
    'an entry without types',
    { exports: { ...sound.exports, './x': { default: './dist/x.js' } } },
    'the entry "./x" names no types',
  ],
  [
    'an optional peer that is none',
    { peerDependenciesMeta: { pg: { optional: true } } },
    'peerDependenciesMeta names pg, which is no peer',
  ],
])('%s is named', (_title, change, problem) => {
  expect(manifestProblems(sound)).toEqual([]);
  expect(manifestProblems({ ...sound, ...change })).toEqual([problem]);
});
