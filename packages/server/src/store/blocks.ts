import type { KeyedWork } from '../ports/effect-store.js';
import type { HeldLanes } from './held-lanes.js';

/** A work, and the lanes that its call holds. */
export interface Turn<Tx> {
  readonly work: KeyedWork<Tx>;
  readonly held: HeldLanes;
}

/** Few enough that little runs again where one of them is not applied. */
const BLOCK_SIZE = 16;

/** Works that run together behind one savepoint, in order: those of one set, or some that have none. */
export function blocksOf<T extends Turn<never>>(turns: readonly T[]): readonly (readonly T[])[] {
  const blocks: T[][] = [];
  let block: T[] | undefined;
  for (const turn of turns) {
    const { set } = turn.work;
    const fits = block?.[0]?.work.set === set && (set !== undefined || (block?.length ?? 0) < BLOCK_SIZE);
    if (block !== undefined && fits) block.push(turn);
    else blocks.push((block = [turn]));
  }
  return blocks;
}
