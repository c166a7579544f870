import { existsSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { bundledModules } from './resources/package/bundled-modules.ts';

/** Entries of processes: name in out/main → source. A child process or worker of core gets its line here. */
const entries = {
  index: 'src-main/index.ts',
  core: 'src-main/core/index.ts',
  ctl: 'src-main/core/ctl/index.ts',
  validator: 'src-main/core/exchange/validator.ts',
  'document-worker': 'src-main/core/exchange/document-worker.ts',
  'pages-worker': 'src-main/core/audit/pages-worker.ts',
  'tree-worker': 'src-main/core/audit/tree-worker.ts',
  'rotation-worker': 'src-main/core/keys/rotation-worker.ts',
};
const present = Object.fromEntries(Object.entries(entries).filter(([, source]) => existsSync(source)));

/** Everything else is bundled: what is not in the package cannot be swapped in it. */
const external = ['electron', 'better-sqlite3-multiple-ciphers', 'argon2', '@napi-rs/keyring', /^node:/];

const root = import.meta.dirname;

export default defineConfig({
  main: {
    plugins: [bundledModules(root, 'main')],
    build: {
      externalizeDeps: false,
      sourcemap: false,
      target: 'node24',
      outDir: 'out/main',
      rollupOptions: {
        input: present,
        external,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'shared/[name]-[hash].js' },
      },
    },
  },
  preload: {
    plugins: [bundledModules(root, 'preload')],
    build: {
      externalizeDeps: false,
      sourcemap: false,
      outDir: 'out/preload',
      rollupOptions: {
        input: { index: 'src-preload/index.ts' },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    base: './',
    plugins: [react(), bundledModules(root, 'renderer')],
    build: {
      sourcemap: false,
      target: 'chrome140',
      outDir: 'out/renderer',
      // fonts and pictures stay files: font-src allows no data: addresses
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: { index: 'src-renderer/index.html' } },
    },
  },
});
