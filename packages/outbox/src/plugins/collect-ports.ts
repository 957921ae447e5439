import type { SyncPlugin, SyncPorts } from '@cpc/sync-core';
import { pluginConflict, pluginInvalid, pluginMissing } from './plugin-errors.js';

type Port = keyof SyncPorts;

const PORTS = Object.keys({
  queueStorage: true,
  transport: true,
  networkMonitor: true,
  conflictResolver: true,
  backoff: true,
  credentialProvider: true,
  clock: true,
  random: true,
  logger: true,
} satisfies Record<Port, true>) as readonly Port[];

/** The ports without which nothing can be sent. */
const REQUIRED: readonly Port[] = ['queueStorage', 'transport'];

/**
 * Checks the plugins as a set, then runs the factory of each port once. Nothing is created unless the whole
 * set fits together.
 *
 * @param isBound - whether the app has bound the port in its container already
 * @throws SyncError `PLUGIN_CONFLICT`, `PLUGIN_MISSING`, `PLUGIN_INVALID`
 */
export function collectPorts(
  plugins: readonly SyncPlugin[],
  isBound: (port: Port) => boolean,
): Partial<SyncPorts>;
/** The same where the app has bound nothing: what is needed is there. */
export function collectPorts(
  plugins: readonly SyncPlugin[],
): Partial<SyncPorts> & Pick<SyncPorts, 'queueStorage' | 'transport'>;
export function collectPorts(
  plugins: readonly SyncPlugin[],
  isBound: (port: Port) => boolean = () => false,
): Partial<SyncPorts> {
  for (const plugin of plugins) checkShape(plugin);
  const providers = PORTS.map((port) => ({ port, plugin: onlyProvider(port, plugins, isBound(port)) }));
  const ports = providers.flatMap(({ port, plugin }) =>
    plugin === undefined ? [] : [[port, create(plugin, port)] as const],
  );
  return Object.fromEntries(ports);
}

/** Misspelt ports and factories that are not functions would otherwise be overlooked without a word. */
function checkShape(plugin: SyncPlugin): void {
  if (typeof plugin.name !== 'string' || plugin.name === '') {
    throw new TypeError(`A plugin needs a name; this one has only: ${Object.keys(plugin).join(', ')}.`);
  }
  for (const [key, factory] of Object.entries<unknown>(plugin)) {
    if (key === 'name' || factory === undefined) continue;
    if (!PORTS.includes(key as Port)) {
      throw pluginInvalid(plugin.name, key, `there is no port "${key}". The ports are ${PORTS.join(', ')}.`);
    }
    if (typeof factory !== 'function') {
      throw pluginInvalid(
        plugin.name,
        key,
        `"${key}" is not a function. Wrap the instance: { ${key}: () => instance }.`,
      );
    }
  }
}

function onlyProvider(port: Port, plugins: readonly SyncPlugin[], bound: boolean): SyncPlugin | undefined {
  const providers = plugins.filter((plugin) => plugin[port] !== undefined);
  if (providers.length > (bound ? 0 : 1)) {
    throw pluginConflict(
      port,
      providers.map(({ name }) => name),
      bound,
    );
  }
  if (providers.length === 0 && !bound && REQUIRED.includes(port)) throw pluginMissing(port, plugins);
  return providers[0];
}

function create(plugin: SyncPlugin, port: Port): unknown {
  const instance: unknown = plugin[port]?.();
  if (typeof instance !== 'object' || instance === null) {
    throw pluginInvalid(
      plugin.name,
      port,
      `its "${port}" factory returned ${String(instance)}, not an object.`,
    );
  }
  if ('then' in instance) {
    throw pluginInvalid(
      plugin.name,
      port,
      `its "${port}" factory is asynchronous. Create the object at once and do what takes time in its open() or start(), or await it before you build the plugin.`,
    );
  }
  return instance;
}
