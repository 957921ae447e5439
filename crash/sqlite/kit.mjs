// What the scenarios share: the judge, clients, and the verdict.
import { fork, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

export const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));

/** A reproducible choice: the seed is printed with a failure. */
export function chance(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A ledger server, a database file, and every change that a client was told is durable. */
export class Court {
  acknowledged = new Set();
  kills = 0;
  #tried = new Map();
  #clients = new Set();

  static async open(directory) {
    const court = new Court();
    // Clients are groups of their own, so they must be told when somebody gives up on the run.
    process.once('SIGINT', () => void court.close().finally(() => process.exit(130)));
    court.directory = directory ?? (await mkdtemp(join(tmpdir(), 'cpc-crash-')));
    court.ownsDirectory = directory === undefined;
    court.file = join(court.directory, 'queue.db');
    court.server = fork(path('ledger-server.mjs'));
    const { port } = await new Promise((resolve) => court.server.once('message', resolve));
    court.url = `http://127.0.0.1:${port}/`;
    return court;
  }

  /** Starts a client; `wrap` runs it under another command. Resolves when it is ready, or when it has ended. */
  async client(name, { wrap = [], ...options } = {}) {
    const from = (this.#tried.get(name) ?? 0) + 1;
    const flags = Object.entries({ file: this.file, server: this.url, name, from, ...options });
    const rest = flags.flatMap(([flag, value]) => {
      if (value === true) return [`--${flag}`];
      return value === false ? [`--no-${flag}`] : [`--${flag}`, String(value)];
    });
    const [command, ...before] = [...wrap, process.execPath];
    const child = spawn(command, [...before, path('client.mjs'), ...rest], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const client = new Client(child, name, this);
    this.#clients.add(client);
    void client.ended.then(() => this.#clients.delete(client));
    await Promise.race([client.ready, client.ended]);
    return client;
  }

  heard(name, line) {
    const [word, what] = line.split(' ');
    if (word === 'try') this.#tried.set(name, Math.max(this.#tried.get(name) ?? 0, Number(what)));
    if (word === 'ok') this.acknowledged.add(what);
  }

  /** Delivers what is left, and lets the judge speak. */
  async verdict(title, { within = 60_000, leaseMs } = {}) {
    const last = await this.client('last', {
      drain: true,
      ...(leaseMs !== undefined && { 'lease-ms': leaseMs }),
    });
    const code = await Promise.race([last.ended, sleep(within).then(() => 'late')]);
    if (code !== 0) last.complain(`the queue did not run empty: ${code}`);
    const judged = await (await fetch(this.url)).json();
    const applied = new Set(judged.applied);
    const lost = [...this.acknowledged].filter((change) => !applied.has(change));
    return {
      title,
      kills: this.kills,
      operations: this.acknowledged.size,
      lost: [...lost, ...(code === 0 ? [] : [`not drained: ${code} ${last.errors}`])],
      doubled: judged.doubled,
      outOfOrder: judged.outOfOrder,
      note: `${judged.requests} sent, ${judged.repeats} of them repeats that the server knew`,
    };
  }

  async close() {
    for (const client of this.#clients) client.kill();
    this.server.disconnect();
    if (this.ownsDirectory) await rm(this.directory, { recursive: true, force: true });
  }
}

class Client {
  errors = '';
  faults = [];

  constructor(child, name, court) {
    this.child = child;
    this.court = court;
    let isReady;
    this.ready = new Promise((resolve) => (isReady = resolve));
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    child.stderr.on('data', (text) => (this.errors += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') isReady();
      if (line.startsWith('fault ')) this.faults.push(line.slice(6));
      court.heard(name, line);
    });
  }

  /** Kills it at once, if it still runs. @returns its end */
  async kill() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.signal('SIGKILL');
      this.court.kills++;
    }
    return this.ended;
  }

  /** To the whole group: a client that runs under another command is that command's child. */
  signal(name) {
    try {
      process.kill(-this.child.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }

  complain(message) {
    console.error(`${message}\n${this.errors}`);
    this.signal('SIGKILL');
  }
}

/** Prints the figures. @returns whether something was shown, and the last three are 0 */
export function announce({ title, kills, operations, lost, doubled, outOfOrder, note }, log) {
  log(
    `SQLite, ${title}: kills ${kills}, operations ${operations}, lost ${lost.length}, ` +
      `doubled ${doubled.length}, out of order ${outOfOrder.length}${note ? ` (${note})` : ''}`,
  );
  for (const fault of [...lost, ...doubled, ...outOfOrder].slice(0, 10)) log(`  ${fault}`);
  if (operations === 0) log('  nothing was acknowledged, so nothing was shown: this counts as a failure');
  return operations > 0 && lost.length + doubled.length + outOfOrder.length === 0;
}
