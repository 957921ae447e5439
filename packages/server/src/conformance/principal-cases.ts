import { demand, demandStatus, type EndpointClient } from './endpoint-client.js';
import type { EndpointCase } from './endpoint-case.js';

/** Whose operations they are, and under whose credentials they come. None where the endpoint does not compare. */
export function principalCases(client: EndpointClient): readonly EndpointCase[] {
  const { names, supports } = client.harness;
  if (names === undefined) return [];
  const [own, other] = names.map((name) => ({ 'sync-principal': encodeURIComponent(name) }));
  const single: EndpointCase = {
    name: 'refuses one’s operation under another’s credentials, and takes it under one’s own',
    async run() {
      const key = client.newKey();
      const effects = await client.effectsOf(async () => {
        const answer = await client.send({ key, headers: other ?? {} });
        demandMismatch(answer, 'to an operation of somebody else');
        demand(answer.body['idempotencyKey'] === key, 'does not name the key in its refusal');
        demandStatus(await client.send({ key, headers: own ?? {} }), 200, 'to the same under its own name');
      });
      demand(
        effects === 1,
        `makes ${effects} effects of an operation that came under two names, and one of them its own`,
      );
    },
  };
  const batch: EndpointCase = {
    name: 'refuses a batch of one’s operations under another’s credentials as a whole',
    async run() {
      const item = {
        idempotencyKey: client.newKey(),
        kind: client.harness.kind,
        payload: client.harness.payload(1),
      };
      const effects = await client.effectsOf(async () => {
        demandMismatch(await client.sendBatch([item], other), 'to a batch of somebody else');
      });
      demand(effects === 0, 'makes an effect of a batch of somebody else');
    },
  };
  return supports.batches ? [single, batch] : [single];
}

function demandMismatch(
  answer: { status: number; body: Readonly<Record<string, unknown>> },
  when: string,
): void {
  const { status, body } = answer;
  demand(status === 401, `answers ${status} instead of 401 ${when}`);
  demand(
    body['code'] === 'PRINCIPAL_MISMATCH',
    `gives the code ${String(body['code'])} instead of PRINCIPAL_MISMATCH ${when}`,
  );
}
