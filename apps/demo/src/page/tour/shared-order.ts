import type { DeviceView, OrderView } from '../device/device-view.js';

/**
 * The newest order that both devices have from the server, as soon as they have it in one and the same version: a
 * device that knows an older one would meet a conflict of its own, and the tour would show the wrong one.
 */
export function sharedOrder(left: DeviceView, right: DeviceView): OrderView | undefined {
  const versions = new Map(fromServer(right).map(({ order, version }) => [order, version]));
  const newest = fromServer(left).find(({ order }) => versions.has(order));
  return newest !== undefined && newest.version === versions.get(newest.order) ? newest : undefined;
}

function fromServer({ orders }: DeviceView): readonly OrderView[] {
  return orders.filter(({ place }) => place === 'server');
}
