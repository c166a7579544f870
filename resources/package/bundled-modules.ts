/**
 * A Vite plugin that writes down which packages end up in a bundle, for the bill of materials: build/modules/<bundle>.json,
 * which is not packed. What tree-shaking left out is not listed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** `/…/node_modules/a/node_modules/@b/c/d.js` → `node_modules/a/node_modules/@b/c`; undefined for our own files. */
export function packageFolder(id: string): string | undefined {
  const file = (id.replace(/^\0+/, '').split('?')[0] ?? '').replaceAll('\\', '/');
  const parts = file.split('/');
  const at = parts.lastIndexOf('node_modules');
  if (at === -1) return undefined;
  const length = parts[at + 1]?.startsWith('@') ? 3 : 2;
  if (parts.length <= at + length) return undefined;
  return parts.slice(parts.indexOf('node_modules'), at + length).join('/');
}

/** Style sheets and what they name leave no code behind, and are in the bundle all the same. */
const kept = /\.(?:css|woff2?|ttf|svg|png)(?:\?|$)/;

/** @param root the repository; @param bundle the name of the list */
export function bundledModules(root: string, bundle: string): Plugin {
  return {
    name: 'carekeep-bundled-modules',
    apply: 'build',
    generateBundle(_options, output) {
      const ids = new Set<string>([...this.getModuleIds()].filter((id) => kept.test(id)));
      for (const chunk of Object.values(output)) {
        if (chunk.type !== 'chunk') continue;
        for (const [id, { renderedLength }] of Object.entries(chunk.modules)) if (renderedLength > 0) ids.add(id);
      }
      const folders = new Set<string>();
      for (const id of ids) {
        const folder = packageFolder(id);
        if (folder !== undefined) folders.add(folder);
      }
      // generated from data and code of packages that are in no bundle themselves
      const generated = [...ids].some((id) => id.replaceAll('\\', '/').includes('/build/fhir/'));
      const file = join(root, 'build/modules', `${bundle}.json`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify({ folders: [...folders].sort(), generated }, null, 2)}\n`);
    },
  };
}
