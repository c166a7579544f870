/**
 * Draws resources/icons anew from icon.svg, after the mark has changed: `node resources/package/icons.ts`. The results are
 * kept in the repository, so that packing needs no browser; electron-builder would fetch a converter for them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';

const folder = fileURLToPath(new URL('../icons', import.meta.url));
const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512];
const windowsSizes = [16, 24, 32, 48, 64, 128, 256];
/** Four letters of the ICNS format and the pixels of the PNG behind them; the last five are for double density. */
const macTypes = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
  ['ic10', 1024],
] as const;

async function draw(sizes: Iterable<number>): Promise<Map<number, Buffer>> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage();
  const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
  const drawn = new Map<number, Buffer>();
  for (const size of sizes) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
    drawn.set(size, await page.screenshot({ omitBackground: true }));
  }
  await browser.close();
  return drawn;
}

/** ICO: a directory of PNGs; 256 is written as 0. */
function ico(images: readonly (readonly [number, Buffer])[]): Buffer {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let at = head.length;
  images.forEach(([size, png], index) => {
    const entry = 6 + 16 * index;
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += png.length;
  });
  return Buffer.concat([head, ...images.map(([, png]) => png)]);
}

/** ICNS: length-prefixed PNGs. */
function icns(images: readonly (readonly [string, Buffer])[]): Buffer {
  const block = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(8 + data.length, 4);
    return Buffer.concat([head, data]);
  };
  return block('icns', Buffer.concat(images.map(([type, png]) => block(type, png))));
}

const drawn = await draw(new Set([...linuxSizes, ...windowsSizes, ...macTypes.map(([, size]) => size)]));
const png = (size: number): Buffer => drawn.get(size) ?? Buffer.alloc(0);
mkdirSync(join(folder, 'linux'), { recursive: true });
for (const size of linuxSizes) writeFileSync(join(folder, 'linux', `${size}x${size}.png`), png(size));
writeFileSync(join(folder, 'icon.ico'), ico(windowsSizes.map((size) => [size, png(size)])));
writeFileSync(join(folder, 'icon.icns'), icns(macTypes.map(([type, size]) => [type, png(size)])));
