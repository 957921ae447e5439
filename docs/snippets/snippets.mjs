import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { region } from './region.mjs';

/** The root of the repository, to which all paths are relative. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A fence, and the comment in front of it that says where its code stands. */
const FENCE =
  /(?:^<!-- (?<marker>snippet|not run:) (?<where>.+?) -->\n\n?)?^```(?<language>\w+)\n(?<code>.*?)^```$/gms;

/**
 * @typedef {object} Snippet
 * @property {string} language
 * @property {string} code
 * @property {string | undefined} source file and region whose text it must be, as `docs/examples/a.mjs#name`
 * @property {boolean} isExcused whether a comment says why it does not run
 */

/**
 * The code that a text shows.
 *
 * @param {string} text Markdown
 * @returns {readonly Snippet[]}
 */
export function snippetsOf(text) {
  return [...text.matchAll(FENCE)].map(({ groups }) => ({
    language: groups.language,
    code: groups.code,
    source: groups.marker === 'snippet' ? groups.where : undefined,
    isExcused: groups.marker === 'not run:',
  }));
}

/**
 * The text with every snippet as its source has it now.
 *
 * @param {string} text Markdown
 */
export function refreshed(text) {
  return text.replace(FENCE, (whole, ...rest) => {
    const { marker, where, code } = rest.at(-1);
    if (marker !== 'snippet') return whole;
    return `${whole.slice(0, -code.length - FENCE_END.length)}${sourceOf(where)}${FENCE_END}`;
  });
}

const FENCE_END = '```';

/** @param {string} source `FILE#REGION` */
export function sourceOf(source) {
  const [file, name] = source.split('#');
  if (name === undefined)
    throw new RangeError(`A snippet names a file and a region, FILE#REGION, not ${source}`);
  return region(join(root, file), name);
}

/** @param {string} path relative to the root */
export function textOf(path) {
  return readFileSync(join(root, path), 'utf8');
}
