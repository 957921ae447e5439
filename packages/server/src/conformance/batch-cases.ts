import { demand, demandStatus, type EndpointAnswer, type EndpointClient } from './endpoint-client.js';
import type { EndpointCase } from './endpoint-case.js';

/** What a batch does: each item by itself, in order, as it would alone. */
export function batchCases(client: EndpointClient): readonly EndpointCase[] {
  const { harness } = client;
  if (!harness.supports.batches) return [];
  const item = (entity?: string, payload: unknown = harness.payload(1)): Item => {
    const base = { idempotencyKey: client.newKey(), kind: harness.kind, payload };
    return entity === undefined ? base : { ...base, entity };
  };
  return [
    {
      name: 'answers a batch item by item, in order',
      async run() {
        const items = [item(), item(), item(undefined, harness.refusedPayload), item()];
        let answer: EndpointAnswer | undefined;
        const effects = await client.effectsOf(async () => (answer = await client.sendBatch(items)));
        demand(
          answer?.status === 200,
          `answers ${answer?.status} instead of 200 to a batch with one bad item`,
        );
        const keys = answer?.items.map(({ idempotencyKey }) => idempotencyKey) ?? [];
        demand(String(keys) === String(items.map(keyOf)), 'does not answer each item of a batch in order');
        demand(
          statusesOf(answer) === '200,200,422,200',
          `gives the items the statuses ${statusesOf(answer)}`,
        );
        demand(effects === 3, `makes ${effects} effects of three good items`);
      },
    },
    {
      name: 'applies nothing behind a failed item of its entity, and everything else',
      async run() {
        const [mine, others] = [client.newKey(), client.newKey()];
        const items = [item(mine), item(mine, harness.refusedPayload), item(mine), item(others)];
        let answer: EndpointAnswer | undefined;
        const effects = await client.effectsOf(async () => (answer = await client.sendBatch(items)));
        demand(
          statusesOf(answer) === '200,422,424,200',
          `gives the items the statuses ${statusesOf(answer)} instead of 200,422,424,200`,
        );
        demand(effects === 2, `makes ${effects} effects instead of 2 around a failed item`);
      },
    },
    {
      name: 'answers an operation the same, alone or in a batch',
      async run() {
        const sent = item();
        let alone: EndpointAnswer | undefined;
        let inBatch: EndpointAnswer | undefined;
        const effects = await client.effectsOf(async () => {
          alone = await client.send({ key: sent.idempotencyKey, payload: sent.payload });
          inBatch = await client.sendBatch([sent]);
        });
        demand(
          inBatch?.text === `[${alone?.text}]`,
          'answers a repeat in a batch with other bytes than alone',
        );
        demand(effects === 1, `makes ${effects} effects of an operation that came alone and in a batch`);
      },
    },
    {
      name: 'refuses a batch that it cannot answer item by item, and applies none of it',
      async run() {
        const effects = await client.effectsOf(async () => {
          const answer = await client.sendBatch([
            item(),
            { kind: harness.kind, payload: harness.payload(1) },
          ]);
          demandStatus(answer, 400, 'to a batch with an item without a key');
          const type = String(answer.body['type']);
          demand(
            type.startsWith('urn:problem-type:cpc-sync:'),
            `refuses a batch with a problem of type ${type}`,
          );
        });
        demand(effects === 0, 'applies part of a batch that it refuses');
      },
    },
  ];
}

interface Item {
  readonly idempotencyKey: string;
  readonly kind: string;
  readonly entity?: string;
  readonly payload: unknown;
}

const keyOf = ({ idempotencyKey }: Item): string => idempotencyKey;

function statusesOf(answer: EndpointAnswer | undefined): string {
  return String(answer?.items.map(({ status }) => status));
}
