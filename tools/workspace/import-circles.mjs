import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

/** Folders in which no source is written by hand. */
const PASSED_OVER = new Set(['node_modules', 'dist', 'gen']);

/**
 * All TypeScript sources under a folder, tests left out.
 *
 * @param {string} folder
 * @returns {string[]} absolute paths
 */
export function sourcesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return PASSED_OVER.has(entry.name) ? [] : sourcesIn(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/**
 * The groups of files that import each other in a circle, by whatever they import: values or types alone (the strongly
 * connected components of R. Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972).
 *
 * @param {readonly string[]} files - absolute paths
 * @returns {string[][]} each group sorted
 */
export function importCircles(files) {
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  /** @type {Map<string, number>} */
  const numbers = new Map();
  /** @type {Map<string, number>} The earliest file on the stack that can be reached. */
  const lowest = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const circles = [];

  const visit = (/** @type {string} */ file) => {
    const number = numbers.size;
    numbers.set(file, number);
    lowest.set(file, number);
    stack.push(file);
    for (const other of imports.get(file) ?? []) {
      if (!imports.has(other)) continue;
      if (!numbers.has(other)) visit(other);
      if (stack.includes(other))
        lowest.set(file, Math.min(Number(lowest.get(file)), Number(lowest.get(other))));
    }
    if (lowest.get(file) !== number) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) circles.push(group.sort());
  };
  for (const file of files) if (!numbers.has(file)) visit(file);
  return circles;
}

/** @param {string} file */
function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => resolve(dirname(file), fileName))
    .map((path) =>
      [path.replace(/\.js$/, '.ts'), path.replace(/\.jsx?$/, '.tsx')].find((source) => existsSync(source)),
    )
    .filter((source) => source !== undefined);
}
