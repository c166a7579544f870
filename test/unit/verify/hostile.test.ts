/** Bundles by somebody who wants the verifier to crash, to hang, to eat memory, or to say VALID. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { Memory, type Report, reasons, verifyBundle, verifyLines } from '../../../resources/verify/carekeep-verify.mjs';
import { type Json, jcs } from './canonical-json.ts';
import { type MadeLog, madeLog, uuid } from './made-log.ts';

const memory = new Memory();
let log: MadeLog;
let lines: string[];
let vkey: string;

before(() => {
  // Everything a bundle can hold: two admins, a prune, an anchor, a witness, a tail.
  log = madeLog(320);
  vkey = log.witnesses[0]?.vkey ?? '';
  const session = log.signIn(log.admin);
  log.now += 4 * 365 * 24 * 60 * 60 * 1000;
  log.append(session, 'audit.anchored', { detail: { number: 5, reason: 'key-lost' } });
  log.checkpoint('key-lost');
  log.prune(256, [5, 6, 200], session, [log.admin, log.otherAdmin]);
  log.checkpoint();
  log.append(session);
  lines = log.lines();
});

const check = (changed: readonly string[]): Report => verifyLines(changed, { memory, witnesses: [vkey] });
const codeOf = (changed: readonly string[]): string => check(changed).problem?.code ?? 'VALID';
const replaced = (at: number, line: string): string[] => lines.with(at, line);
const indexOf = (part: string): number => {
  const at = lines.findIndex((line) => line.includes(part));
  assert.ok(at >= 0, part);
  return at;
};
/** One line's JSON with other members. */
const withMembers = (at: number, members: { [name: string]: Json }): string[] =>
  replaced(at, jcs({ ...JSON.parse(lines[at] ?? '{}'), ...members }));

test('the bundle itself is valid', () => {
  assert.equal(check(lines).problem, null);
});

test('what is no bundle at all', async () => {
  for (const text of ['', '\n', 'x', '{}', '[]', 'null', '"header"', '{"kind":"header"}', `\uFEFF${lines[0]}`])
    assert.equal(verifyLines([text]).problem?.code, 'not-a-bundle', text);
  assert.equal(verifyLines([]).problem?.code, 'not-a-bundle');
  assert.equal((await verifyBundle([Buffer.from([0xff, 0xfe, 10])])).problem?.code, 'not-a-bundle');
  assert.equal(codeOf(withMembers(0, { version: 2 })), 'not-a-bundle');
});

test('truncated anywhere between two lines', () => {
  for (let end = 1; end < lines.length; end += 1) {
    const report = check(lines.slice(0, end));
    assert.equal(report.valid, false, `${end}`);
    assert.equal(report.problem?.code, 'truncated');
  }
});

test('truncated within a line, in pieces of any size', async () => {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  for (const size of [1000, 65_536, bytes.length]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    assert.equal((await verifyBundle(pieces)).valid, true, `${size}`);
  }
  for (const end of [bytes.length - 1, bytes.length - 7, Math.floor(bytes.length / 2), 30]) {
    const { problem } = await verifyBundle([bytes.subarray(0, end)]);
    assert.match(problem?.code ?? 'VALID', /truncated|not-a-bundle/);
  }
  const later = lines.findIndex((line) => line.startsWith('{"entry":"'));
  const cut = Buffer.concat([Buffer.from(`${lines.slice(0, later).join('\n')}\n`), Buffer.from([0xc3, 0x28, 10])]);
  assert.equal((await verifyBundle([cut])).problem?.code, 'line-damaged');
});

test('an endless line is left after four mebibytes, and never held whole', async () => {
  let given = 0;
  const endless = function* (): Generator<Buffer> {
    yield Buffer.from(`${lines[0]}\n`);
    for (; given < 1024; given += 1) yield Buffer.alloc(1 << 20, 'x');
  };
  assert.equal((await verifyBundle(endless())).problem?.code, 'line-too-long');
  assert.ok(given < 6);
  assert.equal(codeOf([...lines.slice(0, 3), 'x'.repeat(5 << 20)]), 'line-too-long');
});

test('lines doubled, missing, moved, unknown, after the end', () => {
  for (let at = 1; at < lines.length; at += 1) {
    assert.notEqual(codeOf(lines.toSpliced(at, 0, lines[at] ?? '')), 'VALID', `line ${at + 1} doubled`);
    assert.notEqual(codeOf(lines.toSpliced(at, 1)), 'VALID', `line ${at + 1} missing`);
    const [one = '', other = ''] = [lines[at], lines[at + 1]];
    if (at + 1 < lines.length)
      assert.notEqual(codeOf(lines.toSpliced(at, 2, other, one)), 'VALID', `line ${at + 1} moved`);
  }
  for (const line of [
    '',
    ' ',
    '{}',
    '{"kind":"other"}',
    '{"kind":"__proto__"}',
    '{"kind":"constructor"}',
    '{"kind":null}',
    '[]',
    'NaN',
  ])
    assert.equal(codeOf(lines.toSpliced(3, 0, line)), 'line-damaged', line);
  assert.equal(codeOf([...lines, jcs({ kind: 'end', lines: lines.length + 1 })]), 'line-damaged');
  assert.equal(codeOf([...lines, '']), 'line-damaged');
});

test('counts and sizes that are none', () => {
  const numbers = ['-1', '1.5', '1e3', '1e400', '-0', '"5"', 'null', '9007199254740993', '[5]', '{"valueOf":1}', 'NaN'];
  const fields: readonly (readonly [string, string])[] = [
    ['"kind":"header"', 'size'],
    ['"kind":"header"', 'from'],
    ['"kind":"leaves"', 'from'],
    ['"kind":"tile"', 'number'],
    ['"kind":"tile"', 'level'],
    ['"kind":"prune"', 'seq'],
    ['"kind":"prune"', 'roster'],
    ['"kind":"end"', 'lines'],
    ['"kind":"entry"', 'seq'],
  ];
  for (const [part, field] of fields) {
    const at = indexOf(part);
    const line = lines[at] ?? '';
    for (const number of numbers) {
      const changed = line.replace(new RegExp(`"${field}":\\d+`), `"${field}":${number}`);
      assert.notEqual(changed, line);
      assert.notEqual(codeOf(replaced(at, changed)), 'VALID', `${field} ${number}`);
    }
  }
  const huge = Number.MAX_SAFE_INTEGER;
  assert.equal(codeOf(withMembers(0, { size: huge, to: huge })), 'entry-missing');
  assert.equal(codeOf(withMembers(indexOf('"level":0'), { level: 999_999 })), 'line-damaged');
});

test('JSON that is deep, double, spaced, or names what objects inherit', () => {
  const roster = indexOf('"kind":"roster"');
  const deep = (open: string, close: string, depth: number) =>
    `{"entry":${open.repeat(depth)}1${close.repeat(depth)},"kind":"roster"}`;
  for (const depth of [50, 5000, 500_000]) {
    assert.equal(codeOf(replaced(roster, deep('[', ']', depth))), 'line-damaged');
    assert.equal(codeOf(replaced(roster, deep('{"a":', '}', depth))), 'line-damaged');
  }
  const line = lines[roster] ?? '';
  assert.equal(codeOf(replaced(roster, line.replace('{', '{ '))), 'line-damaged');
  assert.equal(codeOf(replaced(roster, line.replace('{', '{"__proto__":{},'))), 'line-damaged');
  assert.equal(
    codeOf(replaced(roster, line.replace('"body":{', '"body":{"__proto__":{"version":2},'))),
    'roster-broken',
  );
  assert.equal(
    codeOf(replaced(roster, line.replace('"kind":"roster"', '"kind":"end","kind":"roster"'))),
    'line-damaged',
  );
  assert.equal(codeOf(replaced(roster, line.replace('Lena', '\\u004cena'))), 'line-damaged');
  assert.equal(Object.hasOwn(Object.prototype, 'version'), false);
  const at = indexOf('{"entry":"');
  const entryOf = (text: string): string[] => {
    const bytes = Buffer.concat([Buffer.of(1), Buffer.from(text)]).toString('base64');
    return replaced(at, (lines[at] ?? '').replace(/"entry":"[^"]*"/, `"entry":"${bytes}"`));
  };
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{}',
    '[['.repeat(100_000),
    '{"a":1,"a":2}',
    '{"__proto__":null}',
    '{"agent":{"__proto__":1}}',
  ])
    assert.match(codeOf(entryOf(text)), /^entry-(damaged|misplaced|altered)$/, text.slice(0, 40));
});

test('base64 in another spelling', () => {
  const at = indexOf('{"entry":"');
  const line = lines[at] ?? '';
  const encoded = /"entry":"([^"]*)"/.exec(line)?.[1] ?? '';
  for (const other of [
    `${encoded}=`,
    encoded.replaceAll('+', '-'),
    ` ${encoded}`,
    encoded.slice(0, -1),
    `${encoded}\\n`,
    '',
    '%%%%',
  ])
    if (other !== encoded)
      assert.notEqual(codeOf(replaced(at, line.replace(encoded, other))), 'VALID', other.slice(-20));
  const leaves = indexOf('"kind":"leaves"');
  for (const hashes of ['', 'AAAA', Buffer.alloc(31).toString('base64'), Buffer.alloc(32 * 257).toString('base64')])
    assert.equal(codeOf(withMembers(leaves, { hashes })), 'line-damaged');
});

test('checkpoints with too many signatures, of nobody, or none', () => {
  const at = indexOf('"kind":"checkpoint"');
  const { note }: { note: string } = JSON.parse(lines[at] ?? '{}');
  const stranger = `— stranger ${Buffer.alloc(76, 7).toString('base64')}\n`;
  assert.equal(
    codeOf(withMembers(at, { note: note + stranger })),
    'VALID',
    'unknown signatures are counted, not believed',
  );
  assert.equal(codeOf(withMembers(at, { note: note + stranger.repeat(200) })), 'checkpoint-damaged');
  assert.equal(codeOf(withMembers(at, { note: note.slice(0, note.indexOf('\n\n') + 2) })), 'checkpoint-damaged');
  assert.equal(codeOf(withMembers(at, { note: '' })), 'line-damaged');
  assert.equal(codeOf(withMembers(at, { note: `${'\n'.repeat(100_000)}` })), 'checkpoint-damaged');
  assert.equal(codeOf(withMembers(at, { note: note.replaceAll('\n', '\r\n') })), 'checkpoint-damaged');
  assert.equal(codeOf(withMembers(at, { certificates: [] })), 'certificate-broken');
  assert.equal(codeOf(withMembers(at, { actions: '[]' })), 'actions-altered');
});

test('a roster and prunes without end, people by the thousand: bounded', () => {
  const crowd = madeLog(0);
  const { ed25519, x25519 } = { ed25519: crowd.identity.open, x25519: crowd.identity.open };
  for (let entry = 1; entry <= 11; entry += 1) {
    const changes = Array.from({ length: 1000 }, (_, at) => {
      const name = `nobody ${entry} ${at}`;
      const userId = uuid(entry * 100_000 + at);
      return { kind: 'user-added', userId, userName: name, displayName: name, roles: ['it'], ed25519, x25519 };
    });
    crowd.addRoster(changes, [['clinic', crowd.identity]]);
  }
  assert.equal(verifyLines(crowd.lines()).problem?.code, 'too-much');
  const prune = indexOf('"kind":"prune"');
  const many = Array.from({ length: 1100 }, (_, at) =>
    (lines[prune] ?? '').replace(uuid(500), uuid(10_000 + at)).replace(/"seq":\d+/, `"seq":${1000 + at}`),
  );
  assert.equal(codeOf(lines.toSpliced(prune, 1, ...many)), 'too-much');
  const own = madeLog(0);
  for (let at = 0; at < 300; at += 1) own.append({ ...own.signIn(own.admin), user: `nobody ${at}` });
  own.checkpoint(null, new Set());
  const report = verifyLines(own.lines());
  assert.deepEqual(
    report.users.map(({ name, unsigned, places }) => [name, unsigned, places.length]),
    [['not in the roster', 300, 20]],
  );
});

/** What no signature covers: said in docs/protocols/audit-export.md. */
const unproved = ['from', 'to', 'madeAt'];

const trusted = ({ witnesses }: Report): number =>
  witnesses.filter((one) => one.trusted).reduce((sum, { checkpoints }) => sum + checkpoints, 0);

test('no change of any byte is VALID, and none is a crash', () => {
  const whole = check(lines);
  const places = fc.nat({ max: 1_000_000 });
  const change = fc.oneof(
    fc.record({
      kind: fc.constant('put' as const),
      at: places,
      text: fc.string({ minLength: 1, maxLength: 3, unit: 'binary-ascii' }),
    }),
    fc.record({
      kind: fc.constant('flip' as const),
      at: places,
      text: fc.constantFrom('0', '1', 'A', 'b', '/', '"', '{', '}', ','),
    }),
    fc.record({ kind: fc.constant('cut' as const), at: places, text: fc.constant('') }),
  );
  fc.assert(
    fc.property(fc.nat({ max: lines.length - 1 }), change, (index, { kind, at: place, text }) => {
      const line = lines[index] ?? '';
      const at = place % line.length;
      const next =
        kind === 'put'
          ? line.slice(0, at) + text + line.slice(at)
          : kind === 'flip'
            ? line.slice(0, at) + text + line.slice(at + 1)
            : line.slice(0, at) + line.slice(at + 1);
      const report = check(replaced(index, next));
      if (report.problem !== null) {
        assert.ok(Object.hasOwn(reasons, report.problem.code));
        return;
      }
      if (next === line) return;
      // A witness's line that names another is a stranger's: not counted, and so not missed.
      if (trusted(report) < trusted(whole)) return;
      assert.equal(index, 0, `line ${index + 1} became ${next.slice(0, 300)}`);
      const [was, is]: { [name: string]: Json }[] = [JSON.parse(line), JSON.parse(next)];
      for (const name of Object.keys({ ...was, ...is }))
        if (!unproved.includes(name)) assert.deepEqual(is?.[name], was?.[name]);
    }),
    { seed: 4, numRuns: 800 },
  );
});

test('bytes at random are an answer, not an accident', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), async (pieces) => {
      const { valid } = await verifyBundle(pieces);
      assert.equal(valid, false);
      const report = await verifyBundle([Buffer.from(`${lines[0]}\n`), ...pieces]);
      assert.equal(report.valid, false);
    }),
    { seed: 4, numRuns: 300 },
  );
});

test('nothing long is kept of an entry, however many there are', () => {
  const long = 'x'.repeat(5000);
  const own = madeLog(64);
  own.append(null, 'audit.anchored', { detail: { number: 1, reason: long } });
  own.checkpoint();
  assert.equal(verifyLines(own.lines()).valid, true, 'it says nothing of any chain');
  for (const agent of [
    { roles: [], session: long, user: null },
    { roles: [], session: 's', user: long },
  ]) {
    const one = madeLog(64);
    one.append(null, 'chart.read', { agent });
    assert.equal(verifyLines(one.lines()).problem?.code, 'too-much');
  }
});
