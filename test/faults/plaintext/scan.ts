/** Looks for texts and ids in bytes of any kind, in every spelling a program might have written them in. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What must not be found: `name` says which it was, the text itself never goes into a report. */
export type Marker = { readonly name: string; readonly text: string };
export type Hit = { readonly marker: string; readonly spelling: string; readonly where: string };

type Pattern = { readonly marker: string; readonly spelling: string; readonly bytes: Uint8Array };

const shortest = 6;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Only A to Z: whatever else differs by case is in the patterns twice. */
function folded(bytes: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes);
  for (let at = 0; at < out.length; at += 1) {
    const byte = out[at] ?? 0;
    if (byte >= 0x41 && byte <= 0x5a) out[at] = byte + 0x20;
  }
  return out;
}

/** The letters of base64 that depend on the text alone, where so many bytes stood before it. */
function base64At(bytes: Buffer, before: number): string {
  const padded = Buffer.concat([Buffer.alloc(before), bytes]);
  const letters = padded.toString('base64').replace(/=+$/, '');
  const from = Math.ceil((before * 8) / 6);
  const until = Math.floor((padded.length * 8) / 6);
  return letters.slice(from, until);
}

function spellings(text: string): readonly (readonly [string, Buffer])[] {
  const utf8 = Buffer.from(text, 'utf8');
  const little = Buffer.from(text, 'utf16le');
  const big = Buffer.from(little).swap16();
  const escaped = [...JSON.stringify(text).slice(1, -1)]
    .map((letter) => {
      const code = letter.charCodeAt(0);
      return code < 0x80 ? letter : `\\u${code.toString(16).padStart(4, '0')}`;
    })
    .join('');
  const base64s = [utf8, little].flatMap((bytes, which) =>
    [0, 1, 2].flatMap((before): (readonly [string, string])[] => {
      const letters = base64At(bytes, before);
      const name = `base64 of utf-${which === 0 ? '8' : '16'} at ${before}`;
      return [
        [name, letters],
        [`${name}, for URLs`, letters.replaceAll('+', '-').replaceAll('/', '_')],
      ];
    }),
  );
  return [
    ['utf-8', utf8],
    ['utf-16 little', little],
    ['utf-16 big', big],
    ['latin-1', Buffer.from(text, 'latin1')],
    ['lower case', Buffer.from(text.toLowerCase(), 'utf8')],
    ['upper case', Buffer.from(text.toUpperCase(), 'utf8')],
    ['decomposed', Buffer.from(text.normalize('NFD'), 'utf8')],
    ['hex', Buffer.from(utf8.toString('hex'))],
    ['hex of utf-16', Buffer.from(little.toString('hex'))],
    ['JSON', Buffer.from(escaped)],
    ['URL', Buffer.from(encodeURIComponent(text))],
    ...base64s.map(([name, letters]): readonly [string, Buffer] => [name, Buffer.from(letters)]),
    ...(uuid.test(text) ? spellingsOfId(text) : []),
  ];
}

function spellingsOfId(text: string): readonly (readonly [string, Buffer])[] {
  const raw = Buffer.from(text.replaceAll('-', ''), 'hex');
  return [
    ['id without dashes', Buffer.from(raw.toString('hex'))],
    ['id as bytes', raw],
    ['id as base64', Buffer.from(base64At(raw, 0))],
  ];
}

export class Scanner {
  /** By their first two bytes. */
  readonly #patterns = new Map<number, Pattern[]>();
  readonly #begins = new Uint8Array(0x1_0000);
  readonly markers: number;
  bytes = 0;

  constructor(markers: readonly Marker[]) {
    this.markers = markers.length;
    for (const { name, text } of markers) {
      const known = new Set<string>();
      for (const [spelling, plain] of spellings(text)) {
        const bytes = folded(plain);
        const same = Buffer.from(bytes).toString('latin1');
        if (bytes.length < shortest || known.has(same)) continue;
        known.add(same);
        const key = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
        this.#begins[key] = 1;
        this.#patterns.set(key, [...(this.#patterns.get(key) ?? []), { marker: name, spelling, bytes }]);
      }
    }
  }

  /** Every marker that is in these bytes, each spelling once. */
  find(content: Uint8Array, where: string): readonly Hit[] {
    const bytes = folded(content);
    this.bytes += bytes.length;
    const hits = new Map<string, Hit>();
    for (let at = 0; at + 1 < bytes.length; at += 1) {
      const key = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      if (this.#begins[key] === 0) continue;
      for (const { marker, spelling, bytes: wanted } of this.#patterns.get(key) ?? []) {
        if (stands(bytes, at, wanted)) hits.set(`${marker} ${spelling}`, { marker, spelling, where });
      }
    }
    return [...hits.values()];
  }

  /** Every file below a folder. */
  findInFolder(folder: string): readonly Hit[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap((entry) => {
        const path = join(entry.parentPath, entry.name);
        return this.find(readFileSync(path), `file ${relative(folder, path)}`);
      });
  }
}

function stands(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (at + wanted.length > bytes.length) return false;
  for (let step = 2; step < wanted.length; step += 1) if (bytes[at + step] !== wanted[step]) return false;
  return true;
}
