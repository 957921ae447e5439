import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Court } from '../court.mjs';

const MEGABYTES = 3;

/** A small disk fills up in the middle of enqueueing, and while the rest is settled; then there is room again. */
export async function fullDisk() {
  const folder = mkdtempSync(join(tmpdir(), 'cpc-disk-'));
  const isMounted =
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'none', folder]).status === 0;
  if (!isMounted) {
    rmSync(folder, { recursive: true });
    return 'needs Linux and root, to mount a small disk, so it was not run';
  }
  const court = await Court.open(folder);
  const ballast = join(folder, 'ballast');
  try {
    const writer = await court.client('writer', { deliver: false });
    await untilFull(writer);
    await writer.kill();
    const full = court.acknowledged;
    // Nothing can be settled now either; the worker must not go wild, and must go on once there is room.
    const settler = await court.client('settler', { count: 0, 'lease-ms': 2000 });
    await sleep(1000);
    await settler.kill();
    makeRoom();
    const verdict = await court.verdict({ within: 120_000 });
    return { ...verdict, note: `${verdict.note}; full after ${full} operations` };
  } finally {
    await court.close();
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  }

  function makeRoom() {
    rmSync(ballast, { force: true });
    spawnSync('mount', ['-o', `remount,size=${MEGABYTES * 10}m`, folder]);
  }

  async function untilFull(client) {
    await sleep(500);
    // Takes nearly all that is left, so that the queue itself meets the end of the disk.
    fill(ballast);
    for (let waited = 0; client.faults.length === 0 && waited < 30_000; waited += 50) await sleep(50);
    if (!client.faults.includes('STORAGE_FULL')) {
      throw new Error(`the client was to meet STORAGE_FULL, but met ${client.faults.join() || 'nothing'}`);
    }
  }

  function fill(file) {
    const { stdout } = spawnSync('df', ['--output=avail', '-B1', folder], { encoding: 'utf8' });
    const available = Number(stdout.trim().split('\n').at(-1));
    writeFileSync(file, Buffer.alloc(Math.max(0, available - 200_000)));
  }
}
