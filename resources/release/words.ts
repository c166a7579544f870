/** What signers read before they type yes: who signs, what changes, what is in force. Lines of plain text. */
import { canonicalJson } from '../../src-main/core/crypto/canonical.ts';
import { type RootFile, type Target, type TargetList, type TargetsFile, trustedOf } from './metadata.ts';
import { listOf } from './repository.ts';
import { roles } from './roles.ts';

/** The first 32 digits in fours: enough that nobody finds another key with the same. */
export const spoken = (keyId: string): string => (keyId.slice(0, 32).match(/.{4}/g) ?? []).join(' ');

/** Text of others, on a terminal: nothing that moves the cursor, hides a line or turns its direction. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�');
}

const indented = (text: string): string[] =>
  text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => `        ${plain(line)}`);

export const share = ({ pilot, everyone }: Target['custom']['rings']): string =>
  `pilot ${pilot} %, everyone ${everyone} %`;

export function megabytes(length: number): string {
  return length < 100_000 ? `${length} bytes` : `${(length / 1_000_000).toFixed(1)} MB`;
}

function whole(path: string, { length, sha512, custom }: Target, saidBefore: boolean): string[] {
  const { version, minimumVersion, rings, notes } = custom;
  return [
    `  + ${plain(path)}`,
    `      version ${version}, ${megabytes(length)}, ${share(rings)}; below ${minimumVersion} it is required`,
    `      SHA-512 ${sha512.slice(0, 64)}`,
    `              ${sha512.slice(64)}`,
    ...(saidBefore
      ? ['      notes: as above']
      : Object.entries(notes).flatMap(([language, note]) => [`      notes, ${language}:`, ...indented(note)])),
  ];
}

function changed(path: string, before: Target, after: Target): string[] {
  const said = (what: string, left: string | number, right: string | number) =>
    left === right ? [] : [`      ${what}: ${left} → ${right}`];
  const { custom: was } = before;
  const { custom: is } = after;
  const texts = Object.entries(is.notes).filter(([language, note]) => was.notes[asLanguage(language)] !== note);
  const lines = [
    ...said('shares', share(was.rings), share(is.rings)),
    ...said('required below', was.minimumVersion, is.minimumVersion),
    ...said('version', was.version, is.version),
    ...said('size', before.length, after.length),
    ...said('SHA-512', before.sha512, after.sha512),
    ...said('brought out', was.released, is.released),
    ...texts.flatMap(([language, note]) => [`      notes, ${language}, now:`, ...indented(note)]),
  ];
  return lines.length === 0 ? [] : [`  ~ ${plain(path)}`, ...lines];
}

function asLanguage(text: string): 'en' | 'de' | 'fr' | 'es' {
  return text === 'de' || text === 'fr' || text === 'es' ? text : 'en';
}

/** What signing this list would change, against what is published. */
export function targetsInWords(before: TargetsFile | null, after: TargetsFile): string[] {
  const was: TargetList = listOf(before);
  const is = listOf(after);
  let shown = '';
  const lines = [
    ...Object.entries(is).flatMap(([path, target]) => {
      const old = was[path];
      if (old !== undefined) return changed(path, old, target);
      const notes = canonicalJson(target.custom.notes);
      const again = notes === shown;
      shown = notes;
      return whole(path, target, again);
    }),
    ...Object.keys(was)
      .filter((path) => is[path] === undefined)
      .map((path) => `  - ${plain(path)}`),
  ];
  const against =
    before === null ? 'nothing is published yet' : `against number ${before.signed.version}, which is published`;
  return [
    `List of packages, number ${after.signed.version}, good until ${plain(after.signed.expires)} (${against}):`,
    ...(lines.length === 0 ? ['  nothing changes but the date'] : lines),
  ];
}

/** Who would be trusted, against who is. */
export function rootInWords(before: RootFile | null, after: RootFile): string[] {
  const is = trustedOf(after);
  const was = before === null ? null : trustedOf(before);
  const lines = roles.flatMap((role) => {
    const old = was?.[role];
    const { keys, threshold } = is[role];
    const had = new Set(old?.keys.map(({ keyId }) => keyId));
    const has = new Set(keys.map(({ keyId }) => keyId));
    const line = (mark: string, { keyId, owner }: { keyId: string; owner: string }) =>
      `    ${mark} ${keyId.slice(0, 8)}  ${plain(owner)}`;
    // Eight digits can be met by trying: of a key that comes as many are to be compared as are read out.
    const whole = ({ keyId }: { keyId: string }) => `        ${spoken(keyId)}`;
    const needed = `${threshold} of ${keys.length} must sign`;
    const other = old !== undefined && old.threshold !== threshold ? ` (it was ${old.threshold})` : '';
    return [
      `  ${role}: ${needed}${other}`,
      ...keys.flatMap((key) => {
        if (old === undefined) return [line(' ', key), whole(key)];
        return had.has(key.keyId) ? [line(' ', key)] : [line('+', key), whole(key)];
      }),
      ...(old?.keys ?? []).filter(({ keyId }) => !has.has(keyId)).map((key) => line('-', key)),
    ];
  });
  const against = before === null ? 'the first' : `after number ${before.signed.version}`;
  return [`Root, number ${after.signed.version}, good until ${plain(after.signed.expires)} (${against}):`, ...lines];
}
