import { Converter } from 'typedoc';

/**
 * Gives the site's pages the names that their texts have: a guide its heading, a package's main entry point a word
 * instead of a dot.
 *
 * @param {import('typedoc').Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
    const heading = /^# (?<text>.+)$/m.exec(page.content.map(({ text }) => text).join(''))?.groups.text;
    const folder = page.project.files.getReflectionPath(page) ?? '';
    page.name = heading?.replaceAll('`', '') ?? page.name;
    page.frontmatter.group = groupOf(folder);
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(MODULE)) {
      for (const entry of module.getChildrenByKind(MODULE)) if (entry.name === '.') entry.name = module.name;
    }
  });
}

/** `ReflectionKind.Module`, which is declared as a type alone. */
const MODULE = 2;

function groupOf(path) {
  if (path.includes('/decisions/')) return 'Decisions';
  return path.includes('/docs/') ? 'Guides' : 'Project';
}
