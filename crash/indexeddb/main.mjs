import { startLedgerServer } from './ledger-server.mjs';
import { seededRandom } from './random.mjs';
import { SCENES } from './scenes.mjs';

/**
 * Plays every scene against a real Chromium and judges it by the server's ledger.
 *
 * @param {{ long: boolean, seed: number, log: (line: string) => void, scene?: string }} options
 * @returns {Promise<boolean>} whether nothing was lost, doubled or out of order
 */
export async function run({ long, seed, log, scene }) {
  let passed = true;
  for (const { name, play } of SCENES) {
    if (scene !== undefined && !name.includes(scene)) continue;
    const server = await startLedgerServer();
    try {
      const { kills, remarks = [] } = await play({ server, random: seededRandom(seed), long });
      const { operations, lost, doubled, outOfOrder, resent } = server.ledger.verdict();
      log(
        `IndexedDB, ${name}: kills ${kills}, operations ${operations}, lost ${lost}, doubled ${doubled}, ` +
          `out of order ${outOfOrder} (resent ${resent})`,
      );
      for (const remark of remarks) log(`  ${remark}`);
      if (operations === 0) log('  nothing was acknowledged, so nothing was shown: this counts as a failure');
      passed &&= operations > 0 && lost === 0 && doubled === 0 && outOfOrder === 0;
    } finally {
      await server.close();
    }
  }
  return passed;
}
