import { around, type Mutant, taken } from './mutant.js';

/** What goes wrong only while the disk is slow. */
export const slowMutants: readonly Mutant[] = [
  around('an enqueue is acknowledged before it is written', (disk) => ({
    enqueue: (batches, rules) => {
      disk.enqueue(batches, rules).catch(() => undefined);
      return Promise.resolve(taken(batches));
    },
  })),
  around('half of a batch can be seen before the rest is written', (disk, direct) => ({
    enqueue: async (batches, rules) => {
      await direct.enqueue(
        batches.map((batch) => batch.slice(0, 1)),
        rules,
      );
      return disk.enqueue(batches, rules);
    },
  })),
  around('of enqueues that wait, the last goes first', (disk) => {
    const waiting: (() => void)[] = [];
    return {
      enqueue: (batches, rules) =>
        new Promise((resolve, reject) => {
          waiting.unshift(() => void disk.enqueue(batches, rules).then(resolve, reject));
          void Promise.resolve().then(() => {
            for (const run of waiting.splice(0)) run();
          });
        }),
    };
  }),
  around(
    'a settlement that waited is said to be settled, whoever has the operation by then',
    (disk, direct) => ({
      claim: (request) => direct.claim(request),
      settle: (token, settlements) =>
        disk.settle(token, settlements).then(() => settlements.map(() => 'settled')),
    }),
  ),
  around('close forgets what it acknowledged', (disk) => ({
    enqueue: (batches, rules) => disk.enqueue(batches, rules).catch(() => taken(batches)),
  })),
];
