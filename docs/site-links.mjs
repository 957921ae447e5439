/** Every link of the built site that leads to nothing: a page that is not there, or a place that it does not have. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = fileURLToPath(new URL('site', import.meta.url));
const idsOf = new Map();

function pages(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pages(path);
    return entry.name.endsWith('.html') ? [path] : [];
  });
}

function hasPlace(page, id) {
  if (!page.endsWith('.html')) return true;
  if (!idsOf.has(page)) {
    idsOf.set(
      page,
      new Set([...readFileSync(page, 'utf8').matchAll(/ id="([^"]+)"/g)].map(([, name]) => name)),
    );
  }
  return idsOf.get(page).has(decodeURIComponent(id));
}

function isDead(page, link) {
  const [path, id] = link.replaceAll('&amp;', '&').split('#');
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (!existsSync(target) || statSync(target).isDirectory()) return true;
  return id !== undefined && id !== '' && !hasPlace(target, id);
}

const found = pages(site);
const dead = found.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/(?:href|src)="(?!https?:|mailto:|data:)([^"]+)"/g)]
    .filter(([, link]) => isDead(page, link))
    .map(([, link]) => `${relative(site, page)}: ${link}`),
);
for (const line of new Set(dead)) console.error(line);
console.log(`${found.length} pages, ${new Set(dead).size} dead links`);
process.exitCode = found.length > 0 && dead.length === 0 ? 0 : 1;
