import { damagedFile, damagedLog } from './scenarios/damage.mjs';
import { fullDisk } from './scenarios/full-disk.mjs';
import { fourProcesses, killsAtWrites, randomKills, sleepingHolder } from './scenarios/kills.mjs';

export const SCENES = {
  'random kills': randomKills,
  'kills at writes': killsAtWrites,
  'sleeping holder': sleepingHolder,
  'four processes': fourProcesses,
  'full disk': fullDisk,
  'damaged log': damagedLog,
  'damaged file': damagedFile,
};
