import type { ConnectRouter } from '@connectrpc/connect';
import type { AnsweringReceiver } from '../wire/answering-receiver.js';
import { answersOf } from './answers-of.js';
import { errorOfProblem } from './error-of-problem.js';
import { DeliveryService, OperationSchema } from './gen/cpc/sync/v1/delivery_pb.js';
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
    router.service(DeliveryService, {
      async deliver({ operation = create(OperationSchema) }, { requestHeader }) {
        const [first] = await answersOf(receiver, [operation], requestHeader);
        if (first?.answer.case === 'problem') throw errorOfProblem(first.answer.value);
        return { acknowledgement: first?.answer.value };
      },
      async deliverBatch({ operations }, { requestHeader }) {
        return { answers: [...(await answersOf(receiver, operations, requestHeader))] };
      },
    });
  };
}
