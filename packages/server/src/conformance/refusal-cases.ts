import { demand, type EndpointClient, type SentOperation } from './endpoint-client.js';
import type { EndpointCase } from './endpoint-case.js';

/** What must not get through, and how it is refused. */
export function refusalCases(client: EndpointClient): readonly EndpointCase[] {
  return [
    unknownKind(client),
    refusal(client, 'refuses a form, which other sites can send', [415], {
      headers: { 'content-type': 'text/plain' },
    }),
    refusal(client, 'refuses what is not JSON', [400], { body: '{' }),
    refusal(client, 'refuses a payload with __proto__', [400, 422], {
      body: '{"__proto__":{"polluted":true}}',
    }),
    refusal(client, 'refuses a payload that is not Unicode', [400, 422], { body: '{"text":"\\ud800"}' }),
    refusal(client, 'refuses a payload of 10,000 levels', [400, 413, 422], {
      body: `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    }),
    refusal(client, 'refuses a payload of ten megabytes', [413], { payload: 'x'.repeat(10_000_000) }),
  ];
}

/** By a code of its own, since a sender waits for the server that will know it. */
function unknownKind(client: EndpointClient): EndpointCase {
  const kind = `unknown-${client.newKey()}`;
  const { run } = refusal(client, '', [404], { kind });
  return {
    name: 'answers a kind that it does not know with a code for which a sender waits',
    async run() {
      await run();
      const { body } = await client.send({ key: client.newKey(), kind });
      demand(
        body['code'] === 'KIND_UNKNOWN',
        `gives the code ${String(body['code'])} instead of KIND_UNKNOWN to a kind that it does not know`,
      );
    },
  };
}

/** A case that sends one bad operation, and wants a problem document that names its key. */
function refusal(
  client: EndpointClient,
  name: string,
  statuses: readonly number[],
  operation: SentOperation,
): EndpointCase {
  return {
    name,
    async run() {
      const key = client.newKey();
      const effects = await client.effectsOf(async () => {
        const answer = await client.send({ key, ...operation });
        const wanted = statuses.join(' or ');
        demand(statuses.includes(answer.status), `answers ${answer.status} instead of ${wanted}`);
        const type = answer.headers.get('content-type') ?? 'nothing';
        demand(
          type.startsWith('application/problem+json'),
          `refuses with ${type} instead of application/problem+json`,
        );
        demand(answer.body['idempotencyKey'] === key, 'does not name the key in its refusal');
        demand(
          answer.body['status'] === answer.status,
          'gives another status in the problem than in the answer',
        );
        demand(typeof answer.body['code'] === 'string', 'refuses without a code for programs');
      });
      demand(effects === 0, 'makes an effect of what it refuses');
    },
  };
}
