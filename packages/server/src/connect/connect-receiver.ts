import type { ConnectRouter, ServiceImpl } from '@connectrpc/connect';
import type { AnsweringReceiver } from '../wire/answering-receiver.js';
import { answersOf, whoamiOf } from './answers-of.js';
import { errorOfProblem } from './error-of-problem.js';
import { DeliveryService, OperationSchema } from '@cpc/protocol/protobuf';
import { create } from '@bufbuild/protobuf';

/**
 * Puts a receiver behind Connect, which speaks gRPC, gRPC-Web and the Connect protocol on one address:
 *
 * ```ts
 * createServer(connectNodeAdapter({ routes: connectReceiver(receiver) }));
 * ```
 *
 * Keys, fingerprints, bounds and answers are those of the receiver over HTTP: an operation that comes once this
 * way and once that way has one effect. `authenticate` is given the call's metadata.
 *
 * @returns routes, for `connectNodeAdapter` or a router of your own
 */
export function connectReceiver(receiver: AnsweringReceiver): (router: ConnectRouter) => void {
  return (router) => {
    const service: ServiceImpl<typeof DeliveryService> = {
      async deliver({ operation = create(OperationSchema), principal }, { requestHeader }) {
        const [first] = await answersOf(receiver, { operations: [operation], principal }, requestHeader);
        if (first?.answer.case === 'problem') throw errorOfProblem(first.answer.value);
        return { acknowledgement: first?.answer.value };
      },
      async deliverBatch(batch, { requestHeader }) {
        return { answers: [...(await answersOf(receiver, batch, requestHeader))] };
      },
      async whoAmI({ principal }, { requestHeader }) {
        const found = await whoamiOf(receiver, principal, requestHeader);
        return found === undefined ? {} : { principal: found };
      },
    };
    router.service(DeliveryService, service, { readMaxBytes: readMaxBytes(receiver) });
  };
}

/**
 * The most bytes that are read of a message, or else a message of 4 GiB would be held before anybody looks at it. With
 * room enough that the receiver itself refuses what is a little too large, in its own words: base64 adds a third.
 */
export function readMaxBytes({ maxBatchBytes }: AnsweringReceiver): number {
  return 2 * maxBatchBytes;
}
