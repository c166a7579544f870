/** What a PDF of ours says, read back: streams inflated, glyphs turned into characters by each font's own table. */
import { inflateSync } from 'node:zlib';

type Piece = { readonly head: string; readonly stream: string | null };

function objectsOf(pdf: Buffer): ReadonlyMap<string, Piece> {
  const text = pdf.toString('latin1');
  const found = new Map<string, Piece>();
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    const [, number = '', body = ''] = match;
    const at = body.indexOf('stream\n');
    if (at < 0) {
      found.set(number, { head: body, stream: null });
      continue;
    }
    const head = body.slice(0, at);
    const bytes = Buffer.from(body.slice(at + 7, body.lastIndexOf('\nendstream')), 'latin1');
    found.set(number, { head, stream: (head.includes('FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1') });
  }
  return found;
}

function charactersOf(table: string): ReadonlyMap<number, string> {
  const known = new Map<number, string>();
  const text = (hex: string) => Buffer.from(hex.replace(/\s/g, ''), 'hex').swap16().toString('utf16le');
  for (const [, first = '', list = ''] of table.matchAll(/<([0-9a-f]+)>\s*<[0-9a-f]+>\s*\[([^\]]*)\]/gi)) {
    [...list.matchAll(/<([^>]*)>/g)].forEach(([, hex = ''], at) => {
      known.set(Number.parseInt(first, 16) + at, text(hex));
    });
  }
  return known;
}

/** All text without white space, in the order it was drawn. */
export function pdfText(pdf: Buffer): string {
  const objects = objectsOf(pdf);
  const fonts = new Map<string, ReadonlyMap<number, string>>();
  for (const { head } of objects.values()) {
    for (const [, name = '', reference = ''] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const table = /\/ToUnicode (\d+) 0 R/.exec(objects.get(reference)?.head ?? '')?.[1];
      if (table !== undefined) fonts.set(name, charactersOf(objects.get(table)?.stream ?? ''));
    }
  }
  let said = '';
  for (const { stream } of objects.values()) {
    if (stream === null || !stream.includes(' Tf')) continue;
    let font: ReadonlyMap<number, string> = new Map();
    for (const [, name, glyphs = ''] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (name !== undefined) font = fonts.get(name) ?? new Map();
      else {
        for (const [, hex = ''] of glyphs.matchAll(/<([0-9a-f]*)>/gi)) {
          for (let at = 0; at + 4 <= hex.length; at += 4) {
            said += font.get(Number.parseInt(hex.slice(at, at + 4), 16)) ?? '\ufffd';
          }
        }
      }
    }
  }
  return said.replace(/\s/g, '');
}
