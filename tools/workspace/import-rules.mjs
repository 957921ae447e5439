/**
 * Which packages may import which: the direction that `docs/architecture.md` explains. ESLint holds it for
 * every import, `graph.test.mjs` for the projects as Nx sees them.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const imports = {
  network: [],
  // What device and server say alike: a list of limits and codes, which knows nobody.
  protocol: [],
  'sync-core': ['network', 'protocol'],
  'storage-sqlite': ['sync-core'],
  'storage-indexeddb': ['sync-core'],
  adapters: ['sync-core', 'network', 'protocol'],
  server: ['protocol'],
  // Both halves of one service; that of the server is an entry of its own.
  'user-preferences': ['sync-core', 'network', 'adapters', 'server'],
  testing: ['sync-core', 'network'],
  // Storages and adapters in the entries of the platforms alone; the main one imports none.
  outbox: ['sync-core', 'network', 'adapters', 'storage-indexeddb', 'storage-sqlite'],
  container: ['sync-core', 'network', 'outbox'],
  // A copy in a file takes a binding of SQLite, as an entry of its own.
  replica: ['sync-core', 'network', 'adapters', 'storage-sqlite'],
  devtools: ['sync-core'],
  react: ['sync-core', 'network'],
  angular: ['sync-core', 'network'],
  cli: ['sync-core', 'storage-sqlite', 'adapters', 'devtools'],
};

/**
 * What tests may use besides: the conformance suites, the adapters' tests a real receiver, and browser tests the
 * launcher in `tools`.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const testImports = {
  network: ['tools'],
  protocol: ['tools'],
  devtools: ['tools'],
  replica: ['server', 'tools'],
  react: ['replica', 'tools'],
  angular: ['replica', 'tools'],
  'storage-sqlite': ['testing'],
  'storage-indexeddb': ['testing', 'tools'],
  adapters: ['testing', 'server', 'tools'],
  server: ['tools'],
  'user-preferences': ['storage-sqlite', 'storage-indexeddb', 'tools'],
  container: ['testing'],
  cli: ['server', 'tools'],
};
