/**
 * Measures contenders at the same work, in interleaved rounds: whatever else the machine does meanwhile meets all of
 * them alike. The median of the rounds counts.
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {(context: { round: number }) => Promise<Work>} prepare sets everything up, outside the measured time
 *
 * @typedef {object} Work
 * @property {() => Promise<number> | number} run does the work and says how many operations it was
 * @property {() => Promise<void> | void} close
 *
 * @param {string} work
 * @param {readonly Contender[]} contenders
 * @param {{ rounds: number, log: (line: string) => void }} options
 * @returns {Promise<Row[]>}
 *
 * @typedef {object} Row
 * @property {string} work
 * @property {string} name
 * @property {number} opsPerSecond the median of the rounds
 * @property {readonly number[]} rounds
 */
export async function measure(work, contenders, { rounds, log }) {
  const rates = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, contender] of contenders.entries()) {
      const prepared = await contender.prepare({ round });
      globalThis.gc?.();
      const begin = performance.now();
      const operations = await prepared.run();
      const seconds = (performance.now() - begin) / 1000;
      await prepared.close();
      rates[at].push(operations / seconds);
    }
  }
  return contenders.map(({ name }, at) => {
    const row = {
      work,
      name,
      opsPerSecond: Math.round(median(rates[at])),
      rounds: rates[at].map(Math.round),
    };
    log(`  ${work}: ${name}: ${row.opsPerSecond.toLocaleString('en')} a second`);
    return row;
  });
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
