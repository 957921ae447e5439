import { demand, demandStatus, type EndpointAnswer, type EndpointClient } from './endpoint-client.js';
import type { EndpointCase } from './endpoint-case.js';

/** What a key does: one effect, one answer, one owner. */
export function keyCases(client: EndpointClient): readonly EndpointCase[] {
  const { harness } = client;
  return [
    {
      name: 'acknowledges an operation and names its key',
      async run() {
        const key = client.newKey();
        const answer = await client.send({ key });
        demandStatus(answer, 200, 'to a good operation');
        demand(answer.body['idempotencyKey'] === key, 'does not name the key in its acknowledgement');
        demand(answer.body['status'] === 200, 'does not repeat the status in its acknowledgement');
      },
    },
    {
      name: 'answers a repeat with the same bytes and makes one effect',
      async run() {
        const key = client.newKey();
        const answers: EndpointAnswer[] = [];
        const effects = await client.effectsOf(async () => {
          for (let i = 0; i < 3; i++) answers.push(await client.send({ key }));
        });
        demand(effects === 1, `makes ${effects} effects of one operation that is sent three times`);
        const texts = new Set(answers.map(({ status, text }) => `${status} ${text}`));
        demand(texts.size === 1, 'answers a repeat with other bytes than the first request');
      },
    },
    {
      name: 'makes one effect of repeats at the same time',
      async run() {
        const key = client.newKey();
        let answers: readonly EndpointAnswer[] = [];
        const effects = await client.effectsOf(async () => {
          answers = await Promise.all(Array.from({ length: 8 }, () => client.send({ key })));
        });
        demand(effects === 1, `makes ${effects} effects of one operation that is sent eight times at once`);
        const strange = answers.find(({ status }) => status !== 200 && status !== 409);
        demand(
          strange === undefined,
          `answers ${strange?.status} to repeats at the same time, not 200 or 409`,
        );
      },
    },
    {
      name: 'refuses a key that comes back with other content',
      async run() {
        const key = client.newKey();
        await client.send({ key });
        let answer: EndpointAnswer | undefined;
        const effects = await client.effectsOf(async () => {
          answer = await client.send({ key, payload: harness.payload(2) });
        });
        demand(
          answer?.status === 422,
          `answers ${answer?.status} instead of 422 to a key with other content`,
        );
        demand(effects === 0, 'makes an effect of a key that comes back with other content');
      },
    },
    {
      name: 'lets a refused operation come again under its key',
      async run() {
        const key = client.newKey();
        const refused = await client.send({ key, payload: harness.refusedPayload });
        demandStatus(refused, 422, 'to the payload that it refuses');
        demandStatus(await client.send({ key }), 200, 'to a key whose first content was refused');
      },
    },
    {
      name: 'insists on a key, as a quoted string',
      async run() {
        const effects = await client.effectsOf(async () => {
          demandStatus(await client.send({}), 400, 'to an operation without a key');
          const headers = { 'idempotency-key': client.newKey() };
          demandStatus(await client.send({ headers }), 400, 'to a key without quotes');
        });
        demand(effects === 0, 'makes an effect of an operation without a proper key');
      },
    },
    ...(harness.supports.authentication ? principalCases(client) : []),
  ];
}

function principalCases(client: EndpointClient): readonly EndpointCase[] {
  const [, second] = client.harness.principals;
  return [
    {
      name: 'keeps the keys of two people apart',
      async run() {
        const key = client.newKey();
        const effects = await client.effectsOf(async () => {
          demandStatus(await client.send({ key }), 200, 'to the first person');
          demandStatus(
            await client.send({ key, principal: second }),
            200,
            'to a second person with the same key',
          );
        });
        demand(effects === 2, 'takes the operations of two people with one key for one');
      },
    },
    {
      name: 'asks somebody who is not signed in to sign in',
      async run() {
        const key = client.newKey();
        let answer: EndpointAnswer | undefined;
        const effects = await client.effectsOf(async () => {
          answer = await client.send({ key, principal: {} });
        });
        demand(answer?.status === 401, `answers ${answer?.status} instead of 401 to nobody`);
        demand(answer?.headers.get('www-authenticate') !== null, 'sends a 401 without WWW-Authenticate');
        demand(effects === 0, 'makes an effect for nobody');
      },
    },
  ];
}
