import { spawnSync } from 'node:child_process';
import { chance, Court, sleep } from '../kit.mjs';

/** kill -9 at a random moment, and again, on the same file. */
export async function randomKills({ isLong, seed }) {
  const random = chance(seed);
  const court = await Court.open();
  try {
    for (let round = 0; round < (isLong ? 200 : 25); round++) {
      const client = await court.client('till', { 'lease-ms': 2000 });
      await sleep(random(250));
      await client.kill();
    }
    return [await court.verdict('kill -9 at random')];
  } finally {
    await court.close();
  }
}

/** The kernel kills the process within its n-th write or sync, so that every place in a commit is met. */
export async function killsAtWrites({ isLong, seed }) {
  if (process.platform !== 'linux' || spawnSync('strace', ['-V']).status !== 0) {
    return 'kill -9 at the n-th write: needs Linux and strace, which are not here, so it was not run';
  }
  const random = chance(seed);
  const court = await Court.open();
  try {
    for (let round = 0; round < (isLong ? 200 : 12); round++) {
      const call = random(3) === 0 ? 'fsync,fdatasync' : 'pwrite64';
      const n = 1 + random(call === 'pwrite64' ? 150 : 40);
      const inject = `inject=${call}:signal=SIGKILL:when=${n}`;
      const wrap = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
      const client = await court.client('till', { wrap, 'lease-ms': 2000 });
      const ended = await Promise.race([client.ended, sleep(5000).then(() => 'late')]);
      if (ended === 'late') await client.kill();
      else court.kills++;
    }
    return [await court.verdict('kill -9 at the n-th write')];
  } finally {
    await court.close();
  }
}

/** Four processes on one file, each with operations of its own, killed and started again at random. */
export async function fourProcesses({ isLong, seed }) {
  const random = chance(seed);
  const court = await Court.open();
  try {
    const end = Date.now() + (isLong ? 30_000 : 8000);
    const life = async (name) => {
      while (Date.now() < end) {
        const client = await court.client(name, { 'lease-ms': 2000 });
        await sleep(200 + random(1500));
        await client.kill();
      }
    };
    await Promise.all(['north', 'east', 'south', 'west'].map(life));
    return [await court.verdict('four processes on one file')];
  } finally {
    await court.close();
  }
}

/** A holder that is stopped sleeps past its lease, another delivers, and the sleeper wakes up. */
export async function sleepingHolder({ isLong }) {
  const court = await Court.open();
  const leaseMs = 1000;
  try {
    for (let round = 0; round < (isLong ? 20 : 4); round++) {
      const sleeper = await court.client('sleeper', { 'lease-ms': leaseMs, 'answer-ms': 100 });
      await sleep(300);
      sleeper.signal('SIGSTOP');
      const other = await court.client('other', { 'lease-ms': leaseMs });
      await sleep(leaseMs + 500);
      sleeper.signal('SIGCONT');
      await sleep(500);
      await Promise.all([sleeper.kill(), other.kill()]);
    }
    return [await court.verdict('a holder stopped past its lease')];
  } finally {
    await court.close();
  }
}
