/** So much of a problem is shown. */
const LINES = 20;

/**
 * @typedef {Map<string, Map<string, Map<number, string | null>>>} Results
 * by package, by consumer, by major version of Node: what went wrong, or `null`
 */

/**
 * Packages down, consumers across; in each cell the versions of Node on which it works, and those on which it does
 * not with a cross. A dot stands where the package is not meant for the consumer.
 *
 * @param {Results} results
 * @param {readonly string[]} consumers
 */
export function table(results, consumers) {
  const rows = [...results].map(([name, cells]) => [
    name,
    ...consumers.map((consumer) => cellText(cells.get(consumer))),
  ]);
  const all = [['package', ...consumers], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

/** @param {ReadonlyMap<number, string | null> | undefined} cell */
function cellText(cell) {
  if (cell === undefined) return '·';
  return [...cell].map(([major, problem]) => (problem === null ? `${major}` : `${major}✗`)).join(' ');
}

/**
 * @param {Results} results
 * @returns {string[]} a paragraph for everything that does not work
 */
export function problems(results) {
  return [...results].flatMap(([name, cells]) =>
    [...cells].flatMap(([consumer, byNode]) =>
      [...byNode].flatMap(([major, problem]) =>
        problem === null ? [] : [`${name}, ${consumer}, Node ${major}: ${shortened(problem)}`],
      ),
    ),
  );
}

/** Somebody's stack may be long; what went wrong is at its top. @param {string} text */
function shortened(text) {
  return text.split('\n').slice(0, LINES).join('\n');
}
