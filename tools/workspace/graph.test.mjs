import { beforeAll, expect, test } from '@jest/globals';
import { findCycle, forbiddenImports } from './graph-rules.mjs';
import { imports, testImports } from './import-rules.mjs';
import { readGraph } from './nx.mjs';

const allowed = Object.fromEntries(
  Object.entries(imports).map(([name, names]) => [name, [...names, ...(testImports[name] ?? [])]]),
);

let graph;
beforeAll(async () => {
  graph = await readGraph();
}, 60_000);

test('the graph holds every package that has a rule', () => {
  expect(Object.keys(graph.nodes)).toEqual(
    expect.arrayContaining(Object.keys(imports).map((name) => `@cpc/${name}`)),
  );
});

test('every package has a rule', () => {
  const folders = Object.values(graph.nodes)
    .map(({ data }) => data.root)
    .filter((folder) => folder.startsWith('packages/'));
  expect(folders.map((folder) => folder.slice('packages/'.length)).sort()).toEqual(
    Object.keys(imports).sort(),
  );
});

test('no project depends on itself through others', () => {
  expect(findCycle(graph)).toBeUndefined();
});

test("no package imports against the design's direction", () => {
  expect(forbiddenImports(graph, allowed)).toEqual([]);
});

const node = (root) => ({ data: { root } });
const edge = (source, target) => ({ source, target, type: 'static' });

test('a cycle is found and told in order', () => {
  const nodes = { a: node('a'), b: node('b'), c: node('c') };
  const dependencies = { a: [edge('a', 'b')], b: [edge('b', 'c')], c: [edge('c', 'b')] };
  expect(findCycle({ nodes, dependencies })).toEqual(['b', 'c', 'b']);
});

test('an import of a package by one that may not is named', () => {
  const nodes = { '@cpc/network': node('packages/network'), '@cpc/adapters': node('packages/adapters') };
  const dependencies = { '@cpc/network': [edge('@cpc/network', '@cpc/adapters')] };
  expect(forbiddenImports({ nodes, dependencies }, { network: [] })).toEqual([
    '@cpc/network must not import @cpc/adapters',
  ]);
});
