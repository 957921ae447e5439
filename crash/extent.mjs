/**
 * How much of a scene is played.
 *
 * @typedef {'short' | 'full' | 'long'} Extent `short` for continuous integration, `full` for what the guarantees
 * rest on, `long` for the night
 *
 * @typedef {object} Amounts
 * @property {number} short
 * @property {number} full
 * @property {number} long
 *
 * @typedef {object} Play
 * @property {(amounts: Amounts) => number} amount picks a number by the extent
 * @property {() => number} random from 0 to below 1
 * @property {(below: number) => number} randomInteger from 0 to below the bound
 */

/**
 * @param {Extent} extent
 * @param {() => number} random
 * @returns {Play}
 */
export function playOf(extent, random) {
  return {
    amount: (amounts) => amounts[extent],
    random,
    randomInteger: (below) => Math.floor(random() * below),
  };
}
