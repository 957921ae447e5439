import { onEachBinding } from './drill/bindings.mjs';
import { alteredRows } from './scenes/altered-rows.mjs';
import { damagedFile, damagedLog } from './scenes/damage.mjs';
import { fullDisk } from './scenes/full-disk.mjs';
import { openReader } from './scenes/open-reader.mjs';
import { pagePointers } from './scenes/page-pointers.mjs';
import { fourProcesses, killsAtWrites, randomKills, sleepingHolder } from './scenes/kills.mjs';

/** @type {Readonly<Record<string, (play: import('../extent.mjs').Play) => Promise<object | string>>>} */
export const SCENES = {
  'kill -9 at random': randomKills,
  'kill -9 at the n-th write': killsAtWrites,
  'a holder stopped past its lease': sleepingHolder,
  'four processes on one file': fourProcesses,
  'a full disk': fullDisk,
  'a damaged log': damagedLog,
  'a damaged file': damagedFile,
  ...onEachBinding('a row altered in each column', alteredRows),
  ...onEachBinding('pages that lead to the wrong place', pagePointers),
  ...onEachBinding('a reader that stays open', openReader),
};
