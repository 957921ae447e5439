import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { publicPackages } from '../packages/public-packages.mjs';
import { importCircles, sourcesIn } from './import-circles.mjs';
import { root } from './nx.mjs';

test.each(publicPackages().map(({ name, path }) => [name, join(path, 'src')]))(
  'no files of %s import each other in a circle, not for types either',
  (_name, folder) => {
    const circles = importCircles(sourcesIn(folder));
    expect(circles.map((files) => files.map((file) => relative(root, file)))).toEqual([]);
  },
);

describe('a circle', () => {
  let folder;
  const write = (name, text) => writeFileSync(join(folder, name), text);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cpc-circles-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is found, over values and types, and whoever only looks on is not in it', () => {
    write('a.ts', "import { b } from './b.js';\nexport const a = b;\n");
    write('b.ts', "import type { C } from './c.js';\nexport const b: C = 1;\n");
    write('c.ts', "export type C = number;\nexport { a } from './a.js';\n");
    write(
      'd.ts',
      "import { a } from './a.js';\nimport { join } from 'node:path';\nexport const d = [a, join];\n",
    );
    write('a.test.ts', "import './d.js';\n");
    const names = importCircles(sourcesIn(folder)).map((files) =>
      files.map((file) => relative(folder, file)),
    );
    expect(names).toEqual([['a.ts', 'b.ts', 'c.ts']]);
  });

  test('is not made of a diamond', () => {
    write('a.ts', "import './b.js';\nimport './c.js';\n");
    write('b.ts', "import './d.js';\n");
    write('c.ts', "import './d.js';\n");
    write('d.ts', 'export {};\n');
    expect(importCircles(sourcesIn(folder))).toEqual([]);
  });
});
