import assert from 'node:assert/strict';
import { join, sep } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { appUrl } from '../../../src-main/window/address.ts';
import { bundleFile } from '../../../src-main/window/bundle-file.ts';

describe('a file of the bundle', () => {
  it('is found with its type', () => {
    assert.deepEqual(bundleFile(appUrl('/')), { segments: ['index.html'], mime: 'text/html; charset=utf-8' });
    assert.deepEqual(bundleFile(appUrl('/index.html#/find')), {
      segments: ['index.html'],
      mime: 'text/html; charset=utf-8',
    });
    assert.deepEqual(bundleFile(appUrl('/assets/index-Ab_3.js')), {
      segments: ['assets', 'index-Ab_3.js'],
      mime: 'text/javascript; charset=utf-8',
    });
    assert.equal(bundleFile(appUrl('/assets/inter.woff2'))?.mime, 'font/woff2');
  });
  it('is never outside the folder, however the path is spelled', () => {
    const tries = [
      '/../main/index.js',
      '/..%2fmain/index.js',
      '/%2e%2e/main/index.js',
      '/%2e%2e%2fmain%2findex.js',
      '/..%5cmain%5cindex.js',
      '/assets/..%2f..%2fmain/index.js',
      '//etc/passwd.txt',
      '/assets//index.js',
      '/C:/Windows/win.txt',
      '/index.html::$DATA.txt',
      '/index.html%00.js',
      '/.env.txt',
      '/%',
      '/%ff.js',
      '/assets/',
      '/noending',
      '/core.db',
      '/index.js.map',
    ];
    for (const path of tries) {
      const file = bundleFile(appUrl(path));
      // a URL parser resolves plain dots by itself; what is left must lie inside
      if (file !== undefined) assert.ok(!file.segments.some((one) => one.startsWith('.')), path);
    }
    for (const path of tries.slice(2)) {
      const file = bundleFile(appUrl(path));
      assert.ok(file === undefined || join('/b', ...file.segments).startsWith(`${sep}b${sep}`), path);
    }
    for (const path of [
      '/..%2fmain/index.js',
      '/.env.txt',
      '/%',
      '/%ff.js',
      '/core.db',
      '/index.js.map',
      '/index.html%00.js',
    ]) {
      assert.equal(bundleFile(appUrl(path)), undefined, path);
    }
  });
  it('stays inside for any path at all', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.string(), (path, more) => {
        for (const address of [appUrl(`/${path}`), appUrl(`/${encodeURIComponent(more)}.js`)]) {
          const file = bundleFile(address);
          if (file !== undefined) assert.ok(join('/b', ...file.segments).startsWith(`${sep}b${sep}`));
        }
      }),
    );
  });
  it('is nothing for another scheme or host', () => {
    for (const address of ['https://carekeep/index.html', ['app', 'other/index.html'].join('://'), '', 'index.html']) {
      assert.equal(bundleFile(address), undefined);
    }
  });
});
