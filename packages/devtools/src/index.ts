export {
  inspectorShortcut,
  openInspector,
  type OpenInspectorOptions,
  type ShortcutOptions,
} from './dialog/open-inspector.js';
export { defineInspector } from './element/define-inspector.js';
export { Inspector } from './element/inspector.js';
export { type Mask, sensitiveKeys } from './text/mask.js';
export type {
  InspectorAbilities,
  InspectorSource,
  InspectorStats,
  ListRequest,
  OperationDetail,
  OperationSummary,
} from './source/inspector-source.js';
export { detailOf, queueSource, summaryOf } from './source/queue-source.js';
