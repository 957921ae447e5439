/**
 * @typedef {object} Result
 * @property {string} title
 * @property {number} kills
 * @property {number} operations
 * @property {readonly string[]} lost
 * @property {readonly string[]} doubled
 * @property {readonly string[]} outOfOrder
 * @property {string} [note]
 */

/** The most faults that are written out, of each scene. */
const SHOWN = 10;

/**
 * Prints a scene's figures.
 *
 * @param {string} store
 * @param {Result} result
 * @param {(line: string) => void} log
 * @returns {boolean} whether something was shown, and the last three are 0
 */
export function announce(store, { title, kills, operations, lost, doubled, outOfOrder, note }, log) {
  log(
    `${store}, ${title}: kills ${kills}, operations ${operations}, lost ${lost.length}, ` +
      `doubled ${doubled.length}, out of order ${outOfOrder.length}${note ? ` (${note})` : ''}`,
  );
  for (const fault of [...lost, ...doubled, ...outOfOrder].slice(0, SHOWN)) log(`  ${fault}`);
  if (operations === 0) log('  nothing was acknowledged, so nothing was shown: this counts as a failure');
  return operations > 0 && lost.length + doubled.length + outOfOrder.length === 0;
}
