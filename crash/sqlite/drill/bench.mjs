import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Drill } from './drill.mjs';

const JUDGE = fileURLToPath(new URL('../judge-server.mjs', import.meta.url));

/** A folder, a judge and a process that takes jobs: where many copies of a file are tried, each a case of its own. */
export class Bench {
  #server;
  #url;
  #cases = 0;

  /**
   * @param {{ name: string, node: string }} binding
   * @param {string} name
   */
  static async open(binding, name) {
    const bench = new Bench();
    bench.folder = await mkdtemp(join(tmpdir(), `cpc-${name}-`));
    bench.drill = new Drill(binding);
    bench.#server = fork(JUDGE);
    const { port } = await new Promise((resolve) => bench.#server.once('message', resolve));
    bench.#url = `http://127.0.0.1:${port}`;
    return bench;
  }

  /** Runs a job that sends to the judge. @returns its report, with what the judge says of it */
  async judged(job, details, rules) {
    const server = `${this.#url}/case-${++this.#cases}`;
    const report = await this.drill.run(job, { ...details, server }, rules);
    const { effects, doubled, outOfOrder } = await (await fetch(server)).json();
    await fetch(server, { method: 'DELETE' });
    return { ...report, effects, doubled, outOfOrder };
  }

  async close() {
    await this.drill.close();
    this.#server.disconnect();
    await rm(this.folder, { recursive: true, force: true });
  }
}
