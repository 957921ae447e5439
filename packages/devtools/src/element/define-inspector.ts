import { InspectorCharts } from './charts.js';
import { Inspector } from './inspector.js';
import { InspectorDetail } from './operation-detail.js';
import { VirtualList } from './virtual-list.js';

const ELEMENTS = {
  'cpc-virtual-list': VirtualList,
  'cpc-inspector-detail': InspectorDetail,
  'cpc-inspector-charts': InspectorCharts,
  'cpc-inspector': Inspector,
} as const;

/**
 * Makes `<cpc-inspector>` known to the page. Idempotent; importing `@cpc/devtools/define` does the same.
 *
 * @param registry - @defaultValue the page's
 */
export function defineInspector(registry: CustomElementRegistry = customElements): void {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (registry.get(name) === undefined) registry.define(name, element);
  }
}
