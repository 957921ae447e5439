import { expect, test } from '@jest/globals';
import {
  type DeliveryOutcome,
  defineOperation,
  type Operation,
  serverWins,
  type Transport,
} from '@cpc/sync-core';
import { planned, simulate, type SimulatedNetwork, type SimulatedOperation } from '../src/simulation.js';

const SEEDS = Array.from({ length: 60 }, (_, at) => at + 1);

// #region own-operations
const rename = defineOperation<{ note: string; title: string }>('notes.rename', {
  entity: ({ note }) => `note/${note}`,
  coalesce: 'replace',
  conflict: serverWins,
});

const operations: readonly SimulatedOperation[] = [
  {
    definition: rename,
    payload: (random, number) => ({ note: random.pick(['a', 'b', 'c']), title: `title ${number}` }),
  },
];

test('my operations keep every promise on bad days', async () => {
  for (const seed of SEEDS) {
    const { violation } = await simulate({ seed, operations });
    expect(violation).toBeUndefined();
  }
});
// #endregion

/** Sends text over the network, as a client of yours does; the function handed to `exchange` is your server. */
class TextTransport implements Transport {
  readonly #network: SimulatedNetwork;

  constructor(network: SimulatedNetwork) {
    this.#network = network;
  }

  async send(
    [operation]: readonly Operation[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<readonly DeliveryOutcome[]> {
    const request = JSON.stringify(operation);
    try {
      // #region exchange
      const answer = await this.#network.exchange(
        (server) => JSON.stringify(server.handle([JSON.parse(request) as Operation])[0]),
        { signal },
      );
      // #endregion
      return [JSON.parse(answer) as DeliveryOutcome];
    } catch (error) {
      return [{ kind: 'unreachable', reason: { code: 'NETWORK_UNREACHABLE', message: String(error) } }];
    }
  }
}

test('my transport keeps every promise on bad days', async () => {
  for (const seed of SEEDS) {
    const transport = (network: SimulatedNetwork): Transport => new TextTransport(network);
    const { violation } = await simulate({ seed, operations, transport });
    expect(violation).toBeUndefined();
  }
});

test('a transport that takes a lost answer for none is caught', async () => {
  const violations: string[] = [];
  for (const seed of SEEDS.slice(0, 20)) {
    const { violation } = await simulate({
      seed,
      operations,
      transport: (network) => ({
        send: async (sent, { signal }) => {
          try {
            return await network.exchange((server) => server.handle(sent), { signal });
          } catch {
            return sent.map(() => ({ kind: 'acknowledged' }));
          }
        },
      }),
    });
    if (violation !== undefined) violations.push(violation.invariant);
  }
  expect(new Set(violations)).toContain('no loss');
});

test("my resolver is asked, in the place of the simulator's own", async () => {
  const kinds = new Set<string>();
  const plain = [{ definition: defineOperation('notes.edit', { entity: () => 'note' }), payload: () => 1 }];
  for (const seed of SEEDS) {
    const { violation } = await simulate({
      seed,
      operations: plain,
      resolver: {
        resolve: ({ operation }) => {
          kinds.add(operation.kind);
          return { kind: 'use-remote' };
        },
      },
    });
    expect(violation).toBeUndefined();
  }
  expect([...kinds]).toEqual(['notes.edit']);
});

test('a create and its delete that cancel each other are no loss', async () => {
  const entity = (): string => 'thing';
  const pair: readonly SimulatedOperation[] = [
    { definition: defineOperation('things.create', { entity }), payload: () => 1 },
    {
      definition: defineOperation('things.delete', { entity, coalesce: { cancels: ['things.create'] } }),
      payload: () => 2,
    },
  ];
  for (const seed of SEEDS) expect((await simulate({ seed, operations: pair })).violation).toBeUndefined();
});

test('what my server refuses is a dead letter, and no violation', async () => {
  const judge = (): DeliveryOutcome => ({ kind: 'rejected', reason: { code: 'NO', message: 'Never.' } });
  for (const seed of SEEDS.slice(0, 20))
    expect((await simulate({ seed, operations, judge })).violation).toBeUndefined();
});

test('a server of mine that throws is named', async () => {
  const { violation } = await simulate({
    seed: 1,
    operations,
    transport: (network) => ({
      send: (_, { signal }) =>
        network.exchange(
          () => {
            throw new Error('mine');
          },
          { signal },
        ),
    }),
  });
  expect(violation?.message).toContain('mine');
});

test('the plan of a seed names my kinds, by their weights', () => {
  const other = { definition: defineOperation('other'), payload: () => 1, weight: 0 };
  const changes = planned(5, [...operations, other]).flatMap((event) =>
    event.kind === 'enqueue' ? event.changes.map(({ kind }) => kind) : [],
  );
  expect(new Set(changes)).toEqual(new Set(['notes.rename']));
  expect(() => planned(5, [other])).toThrow(RangeError);
});
