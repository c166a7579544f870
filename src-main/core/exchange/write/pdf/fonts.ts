/**
 * The fonts a PDF is set in: Inter, and DejaVu Sans for what Inter lacks. Read from the folder the caller names, so that
 * the sources run natively and the bundle find them alike (resources/pdf in both).
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Family = 'Inter' | 'DejaVu';
export type Fonts = {
  /** Family → file per style, as pdfmake wants it. */
  readonly files: Readonly<Record<Family, { readonly normal: string; readonly bold: string }>>;
  /** Whether both styles of the family have a shape for the code point. */
  readonly covers: (family: Family, codePoint: number) => boolean;
};

const names: Readonly<Record<Family, readonly [normal: string, bold: string]>> = {
  Inter: ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'],
  DejaVu: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'],
};

/**
 * resources/pdf of the application this file is part of: the nearest one above, whether the sources run natively
 * (src-main/core/…) or bundled (out/main/…). @throws when there is none
 */
export function fontFolder(from = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'resources', 'pdf');
    if (existsSync(join(candidate, names.Inter[0]))) return candidate;
    if (folder === dirname(folder)) throw new Error('resources/pdf is missing');
  }
}

/** @param folder absolute path of resources/pdf. @throws when a font file is missing or is no TrueType font */
export function loadFonts(folder: string): Fonts {
  const file = (family: Family, style: 0 | 1): string => join(folder, names[family][style]);
  const points = (family: Family) => {
    const [normal, bold] = [codePointsOf(readFileSync(file(family, 0))), codePointsOf(readFileSync(file(family, 1)))];
    return (codePoint: number) => normal.has(codePoint) && bold.has(codePoint);
  };
  const covered = { Inter: points('Inter'), DejaVu: points('DejaVu') };
  return {
    files: {
      Inter: { normal: file('Inter', 0), bold: file('Inter', 1) },
      DejaVu: { normal: file('DejaVu', 0), bold: file('DejaVu', 1) },
    },
    covers: (family, codePoint) => covered[family](codePoint),
  };
}

/** Code points with a glyph of their own: the font's cmap, formats 4 and 12 (OpenType specification, cmap). */
export function codePointsOf(font: Buffer): ReadonlySet<number> {
  const tables = font.readUInt16BE(4);
  const points = new Set<number>();
  for (let table = 0; table < tables; table += 1) {
    const at = 12 + table * 16;
    if (font.toString('latin1', at, at + 4) !== 'cmap') continue;
    const cmap = font.readUInt32BE(at + 8);
    for (let index = 0; index < font.readUInt16BE(cmap + 2); index += 1) {
      const start = cmap + font.readUInt32BE(cmap + 4 + index * 8 + 4);
      const format = font.readUInt16BE(start);
      if (format === 4) readSegments(font, start, points);
      else if (format === 12) readGroups(font, start, points);
    }
    return points;
  }
  throw new Error('font without a character map');
}

function readSegments(font: Buffer, start: number, points: Set<number>): void {
  const doubled = font.readUInt16BE(start + 6);
  for (let at = 0; at < doubled; at += 2) {
    const end = font.readUInt16BE(start + 14 + at);
    const first = font.readUInt16BE(start + 16 + doubled + at);
    const delta = font.readUInt16BE(start + 16 + 2 * doubled + at);
    const offsetAt = start + 16 + 3 * doubled + at;
    const offset = font.readUInt16BE(offsetAt);
    for (let point = first; point <= end && point !== 0xffff; point += 1) {
      const glyph =
        offset === 0 ? (point + delta) & 0xffff : font.readUInt16BE(offsetAt + offset + (point - first) * 2);
      if (glyph !== 0) points.add(point);
    }
  }
}

function readGroups(font: Buffer, start: number, points: Set<number>): void {
  const groups = font.readUInt32BE(start + 12);
  for (let group = 0; group < groups; group += 1) {
    const at = start + 16 + group * 12;
    const last = font.readUInt32BE(at + 4);
    for (let point = font.readUInt32BE(at); point <= last; point += 1) points.add(point);
  }
}
