import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect, test } from '@jest/globals';
import { operation } from '../../test/operation.js';
import { itemsOfAnswers } from './answer-items.js';
import { AnswerSchema, ProblemSchema } from '@cpc/protocol/protobuf';
import { outcomeOfError } from './outcome-of-error.js';

// What a server sends that leaves the status out, or copies that of a success.
test.each([0, 200])('a problem with status %i acknowledges nothing', (status) => {
  const answer = { case: 'problem' as const, value: create(ProblemSchema, { idempotencyKey: 'k', status }) };
  expect(itemsOfAnswers([create(AnswerSchema, { answer })], ['k'])).toBeUndefined();
  const details = [{ desc: ProblemSchema, value: answer.value }];
  const error = new ConnectError('no', Code.Internal, undefined, details);
  const run = { address: '', principal: undefined, operations: [operation({ id: 'k' })] };
  expect(outcomeOfError(error, run, { recognise: () => false, signInWhen: () => false })).toMatchObject({
    kind: 'unreachable',
  });
});
