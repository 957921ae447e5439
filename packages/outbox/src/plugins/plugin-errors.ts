import { SyncError, type SyncPlugin, type SyncPorts } from '@cpc/sync-core';

type Port = keyof SyncPorts;

/** What usually fills a port that nothing fills. */
const REMEDIES: Partial<Record<Port, string>> = {
  queueStorage:
    'sqliteStorage() of @cpc/storage-sqlite, indexedDbStorage() of @cpc/storage-indexeddb, or a plugin of your own with a "queueStorage" factory',
  transport: 'fetchTransport() of @cpc/adapters, or a plugin of your own with a "transport" factory',
};

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');

/** Two plugins for one port, or a plugin for a port that the app has bound itself. */
export function pluginConflict(port: Port, names: readonly string[], boundByApp: boolean): SyncError {
  const who = boundByApp
    ? `The container has a binding for it already, and ${quoted(names)} fills it too`
    : `It is filled by ${quoted(names)}`;
  return new SyncError(
    'PLUGIN_CONFLICT',
    `The port "${port}" can be filled once. ${who}. Remove all but one of them.`,
    { details: { port, plugins: names, boundByApp } },
  );
}

/** Nobody fills a port that the queue or the worker cannot do without. */
export function pluginMissing(port: Port, plugins: readonly SyncPlugin[]): SyncError {
  const names = plugins.map(({ name }) => name);
  const given = names.length === 0 ? 'No plugin was given' : `The plugins given are ${quoted(names)}`;
  return new SyncError(
    'PLUGIN_MISSING',
    `No plugin fills the port "${port}". ${given}. Add one that does: ${REMEDIES[port] ?? `any plugin with a "${port}" factory`}.`,
    { details: { port, plugins: names } },
  );
}

/** A plugin that is not what {@link SyncPlugin} describes. */
export function pluginInvalid(plugin: string, port: string, problem: string): SyncError {
  return new SyncError('PLUGIN_INVALID', `The plugin ${JSON.stringify(plugin)}: ${problem}`, {
    details: { port, plugins: [plugin] },
  });
}
