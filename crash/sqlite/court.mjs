// What the scenes share: the judge, clients, and the verdict.
import { fork, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Resolves with `'late'`; nobody stays for it whose work was done before. */
export const lateAfter = (delayMs) => sleep(delayMs, 'late', { ref: false });

/** A judge, a database file, and the clients that work on it. */
export class Court {
  kills = 0;
  /** The changes that were acknowledged to each client. */
  #acknowledged = new Map();
  #clients = new Set();

  static async open(directory) {
    const court = new Court();
    // Clients are groups of their own, so they must be told when somebody gives up on the run.
    court.onInterrupt = () => void court.close().finally(() => process.exit(130));
    process.once('SIGINT', court.onInterrupt);
    court.directory = directory ?? (await mkdtemp(join(tmpdir(), 'cpc-crash-')));
    court.ownsDirectory = directory === undefined;
    court.file = join(court.directory, 'queue.db');
    court.server = fork(path('judge-server.mjs'));
    const { port } = await new Promise((resolve) => court.server.once('message', resolve));
    court.url = `http://127.0.0.1:${port}/`;
    return court;
  }

  /** Starts a client; `wrap` runs it under another command. Resolves when it is ready, or when it has ended. */
  async client(name, { wrap = [], ...options } = {}) {
    const flags = Object.entries({
      file: this.file,
      server: this.url,
      name,
      from: this.#firstGap(name),
      ...options,
    });
    const rest = flags.flatMap(([flag, value]) => {
      if (value === true) return [`--${flag}`];
      return value === false ? [`--no-${flag}`] : [`--${flag}`, String(value)];
    });
    const [command, ...before] = [...wrap, process.execPath];
    const child = spawn(command, [...before, path('client.mjs'), ...rest], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const client = new Client(child, (number) => this.#acknowledge(name, number));
    this.#clients.add(client);
    void client.ended.then(() => this.#clients.delete(client));
    await Promise.race([client.ready, client.ended]);
    return client;
  }

  get acknowledged() {
    return [...this.#acknowledged.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Kills a client while it works. */
  async kill(client) {
    if (await client.kill()) this.kills += 1;
  }

  /** Delivers what is left, and lets the judge speak. */
  async verdict({ within = 60_000 } = {}) {
    const last = await this.client('last', { drain: true });
    const code = await Promise.race([last.ended, lateAfter(within)]);
    if (code !== 0) await last.kill();
    const judged = await (await fetch(this.url)).json();
    const stuck = code === 0 ? [] : [`the queue did not run empty: ${code} ${last.errors}`];
    const { operations, resent, late, lost, doubled, outOfOrder } = judged;
    const note = `${resent} resent, ${late} late`;
    return { operations, doubled, outOfOrder, kills: this.kills, lost: [...lost, ...stuck], note };
  }

  async close() {
    process.off('SIGINT', this.onInterrupt);
    for (const client of this.#clients) await client.kill();
    this.server.disconnect();
    if (this.ownsDirectory) await rm(this.directory, { recursive: true, force: true });
  }

  #acknowledge(name, number) {
    this.server.send({ acknowledged: `${name}-${number}` });
    this.#acknowledged.set(name, (this.#acknowledged.get(name) ?? new Set()).add(number));
  }

  /** Where the client's next life goes on: what nobody acknowledged may be there or not, and is enqueued again. */
  #firstGap(name) {
    const acknowledged = this.#acknowledged.get(name);
    let number = 0;
    while (acknowledged?.has(number)) number += 1;
    return number;
  }
}

class Client {
  errors = '';
  faults = [];

  constructor(child, onAcknowledged) {
    this.child = child;
    let isReady;
    this.ready = new Promise((resolve) => (isReady = resolve));
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    child.stderr.on('data', (text) => (this.errors += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, what] = line.split(' ');
      if (word === 'ready') isReady();
      if (word === 'fault') this.faults.push(what);
      if (word === 'ok') onAcknowledged(Number(what));
    });
  }

  /** Kills it at once. @returns whether it still ran */
  async kill() {
    const ran = this.child.exitCode === null && this.child.signalCode === null;
    if (ran) this.signal('SIGKILL');
    await this.ended;
    return ran;
  }

  /** To the whole group: a client that runs under another command is that command's child. */
  signal(name) {
    try {
      process.kill(-this.child.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
