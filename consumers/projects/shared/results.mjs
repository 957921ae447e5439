import { readFileSync } from 'node:fs';

/**
 * What this project installed: for each package its entry points, and those of them that run in a browser.
 *
 * @type {Record<string, { all: string[], browser: string[] }>}
 */
export const packages = JSON.parse(readFileSync(new URL('packages.json', import.meta.url), 'utf8'));

/** By package: what went wrong, or `null` where all went well. */
const results = new Map();

/** Runs a step that needs these packages; where it fails, it fails for all of them. */
export async function step(names, title, work) {
  try {
    await work();
    for (const name of names) results.set(name, results.get(name) ?? null);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const name of names) results.set(name, `${title}: ${text}`);
  }
}

/** A value that is not the expected one ends the step. */
export function expectEqual(actual, expected) {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** The last line of the output is the report that the matrix reads. */
export function finish() {
  process.stdout.write(`\n${JSON.stringify(Object.fromEntries(results))}\n`, () => process.exit(0));
}
