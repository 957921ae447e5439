/** @typedef {import('./nx.mjs').Graph} Graph */

/**
 * @param {Graph} graph
 * @returns {string[] | undefined} the projects of a cycle, the first one again at the end
 */
export function findCycle(graph) {
  const done = new Set();
  for (const name of Object.keys(graph.nodes)) {
    const cycle = visit(graph, name, [], done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/**
 * @param {Graph} graph
 * @param {string} name
 * @param {readonly string[]} path
 * @param {Set<string>} done
 * @returns {string[] | undefined}
 */
function visit(graph, name, path, done) {
  if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
  if (done.has(name)) return undefined;
  for (const { target } of graph.dependencies[name] ?? []) {
    const cycle = visit(graph, target, [...path, name], done);
    if (cycle !== undefined) return cycle;
  }
  done.add(name);
  return undefined;
}

/**
 * @param {Graph} graph
 * @param {Readonly<Record<string, readonly string[]>>} allowed - by the package's folder name
 * @returns {string[]} a sentence for each dependency between packages that the rules do not know
 */
export function forbiddenImports(graph, allowed) {
  return Object.values(graph.dependencies)
    .flat()
    .filter(({ source }) => isPackage(graph, source))
    .filter(({ source, target }) => !(allowed[folderOf(source)] ?? []).includes(folderOf(target)))
    .map(({ source, target }) => `${source} must not import ${target}`);
}

/** @param {Graph} graph @param {string} name */
const isPackage = (graph, name) => graph.nodes[name]?.data.root.startsWith('packages/') === true;

/** @param {string} name - of an npm package */
const folderOf = (name) => name.replace('@cpc/', '');
