import { findNode } from '../../../consumers/runner/nodes.mjs';

/** The first major version of Node whose `node:sqlite` the storage takes, and that npm gives by its number. */
const NODE_WITH_SQLITE = 24;

let newer;

/**
 * The bindings that the scenes play, each with the program of a Node that has it: better-sqlite3 is installed for this
 * one, and `node:sqlite` is in newer ones.
 *
 * @type {readonly { name: string, node: () => Promise<string | undefined> }[]}
 */
const BINDINGS = [
  { name: 'better-sqlite3', node: () => Promise.resolve(process.execPath) },
  { name: 'node:sqlite', node: () => (newer ??= nodeWithSqlite()) },
];

/** @returns {Promise<string | undefined>} `undefined` where this machine has none, and cannot get one */
async function nodeWithSqlite() {
  try {
    return (await findNode(NODE_WITH_SQLITE)).path;
  } catch {
    return undefined;
  }
}

/**
 * A scene for each binding, under the scene's name and the binding's.
 *
 * @param {string} name
 * @param {(play: import('../../extent.mjs').Play, binding: { name: string, node: string }) => Promise<object>} scene
 */
export function onEachBinding(name, scene) {
  return Object.fromEntries(
    BINDINGS.map((binding) => [
      `${name}, on ${binding.name}`,
      async (play) => {
        const node = await binding.node();
        if (node === undefined) {
          return `needs Node ${NODE_WITH_SQLITE}, which is not here and could not be fetched by npx, so it was not run`;
        }
        return scene(play, { name: binding.name, node });
      },
    ]),
  );
}
