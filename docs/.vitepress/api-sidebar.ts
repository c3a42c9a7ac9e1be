import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

type Item = DefaultTheme.SidebarItem;

const docs = fileURLToPath(new URL('..', import.meta.url));

/** The sidebar of the API pages, read from the lists that typedoc writes: a group a category, its types in a group of their own. */
export function apiSidebar(): Item[] {
  return [{ text: 'All names', link: '/api/' }, ...sections('api/index.md')];
}

/** `## Category` and its links, of one list. */
function sections(file: string): Item[] {
  const text = readFileSync(join(docs, file), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [category] = section.split('\n', 1);
      const links = [...section.matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, name, path]) => ({
        text: name.replaceAll('\\', ''),
        path: join(dirname(file), path),
      }));
      return { text: category, collapsed: true, items: itemsOf(links) };
    });
}

function itemsOf(links: readonly { text: string; path: string }[]): Item[] {
  const isType = ({ path }: { path: string }) => /\/(interfaces|type-aliases)\//.test(path);
  const values = links.filter((link) => !isType(link));
  const types = links.filter(isType);
  const page = ({ text, path }: { text: string; path: string }): Item => ({
    text,
    link: `/${path.replace(/\.md$/, '')}`,
  });
  const namespaces = values.filter(({ path }) => path.endsWith('/index.md'));
  if (namespaces.length === 1 && links.length === 1) {
    const [{ text, path }] = namespaces;
    const own = sections(path);
    return [
      { text: `${text}: all names`, link: `/${path.replace(/index\.md$/, '')}` },
      ...(own.length === 1 ? own[0].items! : own),
    ];
  }
  const listed = types.map(page);
  // A category of few values is short enough as it is.
  return [
    ...values.map(page),
    ...(values.length === 0
      ? listed
      : listed.length === 0
        ? []
        : [{ text: 'Types', collapsed: true, items: listed }]),
  ];
}
