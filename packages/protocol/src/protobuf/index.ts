/**
 * The messages of `proto/cpc/sync/v1/delivery.proto`. An entry of its own: it needs `@bufbuild/protobuf`, which a page
 * that sends by `fetch` does not carry.
 */
export {
  type Acknowledgement,
  AcknowledgementSchema,
  type Answer,
  AnswerSchema,
  DeliverBatchRequestSchema,
  DeliverBatchResponseSchema,
  DeliverRequestSchema,
  DeliverResponseSchema,
  DeliveryService,
  type Operation,
  OperationSchema,
  type Problem,
  ProblemSchema,
} from './gen/cpc/sync/v1/delivery_pb.js';
export { RetryInfoSchema } from './gen/google/rpc/error_details_pb.js';
