/** JSON Patch where a field wants it. A subpath of its own, so that nobody else carries the library. */
export { jsonPatch } from './json-patch.js';
