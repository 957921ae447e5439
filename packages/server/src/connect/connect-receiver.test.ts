import { expect, test } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { openStall } from '../../test/stall.js';
import { connectReceiver } from './connect-receiver.js';
import { DeliveryService, OperationSchema, ProblemSchema } from '@cpc/protocol/protobuf';

async function errorOf(bytes: number): Promise<ConnectError> {
  const { receiver } = openStall({ maxBatchBytes: 10_000 });
  const client = createClient(DeliveryService, createRouterTransport(connectReceiver(receiver)));
  const payload = new TextEncoder().encode(JSON.stringify({ name: 'x'.repeat(bytes) }));
  const operation = create(OperationSchema, { idempotencyKey: 'k', kind: 'add', version: 1, payload });
  return ConnectError.from(
    await client.deliver({ operation }).then(
      () => new Error('it was taken'),
      (error: unknown) => error,
    ),
  );
}

test('a message that is too large is refused in the receiver’s words, or not read where it is far too large', async () => {
  const refused = await errorOf(10_000);
  expect(refused.code).toBe(Code.InvalidArgument);
  expect(refused.findDetails(ProblemSchema)).toMatchObject([{ status: 413, code: 'BODY_TOO_LARGE' }]);
  const unread = await errorOf(21_000);
  expect(unread.code).toBe(Code.ResourceExhausted);
  expect(unread.findDetails(ProblemSchema)).toEqual([]);
});
