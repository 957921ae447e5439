import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Court, lateAfter } from '../court.mjs';

/** kill -9 at a random moment, and again, on the same file. */
export async function randomKills({ amount, randomInteger }) {
  const court = await Court.open();
  try {
    while (court.kills < amount({ short: 5, full: 100, long: 1000 })) {
      const client = await court.client('till', { 'lease-ms': 2000 });
      await sleep(randomInteger(250));
      await court.kill(client);
    }
    return await court.verdict();
  } finally {
    await court.close();
  }
}

/** The kernel kills the process within its n-th write or sync, so that every place in a commit is met. */
export async function killsAtWrites({ amount, randomInteger }) {
  if (process.platform !== 'linux' || spawnSync('strace', ['-V']).status !== 0) {
    return 'needs Linux and strace, which are not here, so it was not run';
  }
  const court = await Court.open();
  try {
    while (court.kills < amount({ short: 3, full: 100, long: 1000 })) {
      const call = randomInteger(3) === 0 ? 'fsync,fdatasync' : 'pwrite64';
      const n = 1 + randomInteger(call === 'pwrite64' ? 150 : 40);
      const inject = `inject=${call}:signal=SIGKILL:when=${n}`;
      const wrap = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
      const client = await court.client('till', { wrap, 'lease-ms': 2000 });
      const ended = await Promise.race([client.ended, lateAfter(5000)]);
      if (ended === 'late') await client.kill();
      else court.kills += 1;
    }
    return await court.verdict();
  } finally {
    await court.close();
  }
}

/** Four processes on one file, each with operations of its own, killed and started again at random. */
export async function fourProcesses({ amount, randomInteger }) {
  const court = await Court.open();
  try {
    const end = performance.now() + amount({ short: 4000, full: 30_000, long: 300_000 });
    const live = async (name) => {
      while (performance.now() < end) {
        const client = await court.client(name, { 'lease-ms': 2000 });
        await sleep(200 + randomInteger(1500));
        await court.kill(client);
      }
    };
    await Promise.all(['north', 'east', 'south', 'west'].map(live));
    return await court.verdict();
  } finally {
    await court.close();
  }
}

/**
 * A holder is stopped, mostly between its claim and its send; its lease ends, another process delivers, and the
 * sleeper wakes up.
 */
export async function sleepingHolder({ amount, randomInteger }) {
  const court = await Court.open();
  const leaseMs = 1000;
  const client = (name) =>
    court.client(name, { 'lease-ms': leaseMs, 'answer-ms': 50, 'think-ms': name === 'sleeper' ? 200 : 0 });
  try {
    const rounds = amount({ short: 2, full: 20, long: 100 });
    for (let round = 0; round < rounds; round++) {
      const sleeper = await client('sleeper');
      await sleep(300 + randomInteger(250));
      sleeper.signal('SIGSTOP');
      const other = await client('other');
      await sleep(leaseMs + 500);
      sleeper.signal('SIGCONT');
      await sleep(500);
      await Promise.all([court.kill(sleeper), court.kill(other)]);
    }
    return await court.verdict();
  } finally {
    await court.close();
  }
}
