export type { AnswerHead } from './answer-head.js';
export { faultOfKey, faultOfKind, faultOfName, faultOfPosition, faultOfShapeVersion } from './fields.js';
export { HEADERS, PROTOCOL_VERSION, SUBPROTOCOL } from './headers.js';
export { LIMITS } from './limits.js';
export {
  isProblemType,
  type Problem,
  problem,
  type ProblemCode,
  type ProblemExtras,
  PROBLEMS,
  refusal,
  type RemoteRecord,
} from './problem.js';
export {
  decodePercent,
  entityTag,
  parseEntityTag,
  parseStructuredString,
  structuredString,
} from './quoted-text.js';
export {
  counterDigits,
  formatTimestamp,
  MAX_TIMESTAMP_COUNTER,
  msDigits,
  nodeOf,
  parseTimestamp,
  TimestampLimit,
  type TimestampParts,
} from './timestamp.js';
export { unsafeJson, unsafeMember, unsafeText } from './unsafe-json.js';
