export type {
  InspectorAbilities,
  InspectorSource,
  InspectorStats,
  ListRequest,
  OperationDetail,
  OperationSummary,
} from './source/inspector-source.js';
export { detailOf, queueSource, summaryOf } from './source/queue-source.js';
export { visibleText } from './text/visible-text.js';
