/** Records what a worker decides, without what the operations say, so that somebody else can replay it. */
export type { DeliveryRules } from './outcome/decide.js';
export { redacted, type RedactableField } from './trace/redacted.js';
export {
  type Asked,
  TRACE_FORMAT,
  TRACE_VERSION,
  type TraceDecision,
  type TraceEvent,
  type TraceHeader,
  type TraceLine,
  type TracePolicy,
} from './trace/trace-format.js';
export { TraceRecorder, type TraceRecorderOptions } from './trace/trace-recorder.js';
