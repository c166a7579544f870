/** Everything that an insider with database and device key can do to a log, and where carekeep-verify finds it. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Memory, type Options, verifyLines } from '../../../resources/verify/carekeep-verify.mjs';
import { type Json, jcs } from './canonical-json.ts';
import { leafOf, type MadeLog, madeLog, newPair, newWitness, rootOf, sha, signature, uuid } from './made-log.ts';

const size = 700;
const memory = new Memory();
let log: MadeLog;
/** What the tests change in the log is put back from here. */
let whole: Pick<MadeLog, 'entries' | 'leaves' | 'checkpoints' | 'oneTime'>;
const copied = (checkpoints: MadeLog['checkpoints']) => checkpoints.map((one) => ({ ...one, lines: [...one.lines] }));

before(() => {
  log = madeLog(size);
  const { entries, leaves, checkpoints, oneTime } = log;
  whole = { entries: [...entries], leaves: [...leaves], checkpoints: copied(checkpoints), oneTime };
});

function restore(): void {
  log.entries.splice(0, log.entries.length, ...whole.entries);
  log.leaves.splice(0, log.leaves.length, ...whole.leaves);
  log.checkpoints.splice(0, log.checkpoints.length, ...copied(whole.checkpoints));
  log.oneTime = whole.oneTime;
}

/** The first problem of a log that was changed, as `code place`. */
function found(change: () => void, options: Options = {}, tiled?: number): string {
  change();
  const { problem } = verifyLines(log.lines(undefined, tiled), { ...options, memory });
  restore();
  return problem === null ? 'VALID' : `${problem.code} ${problem.at}`;
}

const textOf = (seq: number): string => log.entries[seq] ?? '';
const write = (seq: number, text: string): void => void log.entries.splice(seq, 1, text);
/** As somebody would who knows the tree: the tiles are made anew. */
const writeBoth = (seq: number, text: string): void => {
  write(seq, text);
  log.leaves[seq] = leafOf(text);
};

test('a whole log is valid', () => {
  assert.equal(
    found(() => undefined),
    'VALID',
  );
});

test('each field of an entry: found at the entry, or in its 64 when the tiles were made anew', () => {
  const seq = 333;
  const entry: Record<string, Json> = JSON.parse(textOf(seq));
  const changes: Record<string, Json> = {
    action: 'D',
    agent: { roles: ['practitioner'], session: uuid(1000), user: uuid(11) },
    detail: { count: 1 },
    entity: [uuid(9)],
    origin: 'ctl',
    outcome: 8,
    patient: 'AAAAAAAAAAAAAAAAAAAAAA',
    purpose: 'HOPERAT',
    recorded: Number(entry['recorded']) - 86_400_000,
    type: 'chart.changed',
  };
  for (const [field, value] of Object.entries(changes)) {
    const text = jcs({ ...entry, [field]: value });
    assert.equal(
      found(() => write(seq, text)),
      `entry-altered ${seq}`,
      field,
    );
    assert.equal(
      found(() => writeBoth(seq, text)),
      'span-altered 320-384',
      field,
    );
  }
  assert.equal(
    found(() => write(seq, jcs({ ...entry, seq: 7 }))),
    `entry-misplaced ${seq}`,
  );
  assert.equal(
    found(() => write(seq, jcs({ ...entry, device: uuid(77) }))),
    `entry-foreign ${seq}`,
  );
  assert.equal(
    found(() => write(seq, textOf(seq).slice(0, -1))),
    `entry-damaged ${seq}`,
  );
});

test('deleted, inserted, swapped, doubled', () => {
  assert.equal(
    found(() => void log.entries.splice(100, 1, null)),
    'entry-missing 100',
  );
  const renumbered = (from: number) => {
    for (let seq = from; seq < log.entries.length; seq += 1)
      writeBoth(seq, textOf(seq).replace(/"seq":\d+/, `"seq":${seq}`));
  };
  const remove = () => {
    log.entries.splice(100, 1);
    log.leaves.splice(100, 1);
    renumbered(100);
  };
  assert.equal(found(remove), 'span-altered 64-128', 'removed, all that follow renumbered, tiles made anew');
  const insert = () => {
    const text = textOf(99);
    log.entries.splice(100, 0, text);
    log.leaves.splice(100, 0, leafOf(text));
    renumbered(100);
  };
  assert.equal(found(insert), 'span-altered 64-128');
  const swap = () => {
    const [one, other] = [textOf(200), textOf(201)];
    write(200, other);
    write(201, one);
  };
  assert.equal(found(swap), 'entry-misplaced 200');
  const swapRenumbered = () => {
    const [one, other] = [textOf(200), textOf(202)];
    writeBoth(200, other.replace('"seq":202', '"seq":200'));
    writeBoth(202, one.replace('"seq":200', '"seq":202'));
  };
  assert.equal(found(swapRenumbered), 'span-altered 192-256');
});

test('head and tail cut', () => {
  assert.equal(
    found(() => void log.entries.splice(0, 10, ...Array(10).fill(null))),
    'entry-missing 0',
  );
  const cutTail = () => {
    log.entries.length = 650;
    log.leaves.length = 650;
  };
  // The checkpoint at 640 is the last that fits; 704 was never reached, so what is cut here nobody had signed.
  assert.equal(found(cutTail), 'VALID');
  const cutSigned = () => {
    log.entries.splice(600, 100, ...Array<null>(40).fill(null));
    log.leaves.length = 640;
  };
  assert.equal(found(cutSigned), 'entry-missing 600');
});

test('an older database: a head known from elsewhere, and a witness, tell', () => {
  const head = { size: 640, root: rootOf(log.leaves.slice(0, 640)).toString('base64') };
  const older = () => {
    log.entries.length = 512;
    log.leaves.length = 512;
    log.checkpoints.length = 8;
  };
  assert.equal(found(older), 'VALID', 'nothing in it is wrong');
  assert.equal(found(older, { known: [head] }), 'behind-known 512-640');
  assert.equal(
    found(() => undefined, { known: [head] }),
    'VALID',
  );
  const unsigned = () => void log.checkpoints.splice(8);
  assert.equal(found(unsigned), 'VALID', 'fewer than 257 entries that nobody signed');
  assert.equal(found(unsigned, { known: [head] }), 'behind-known 512-640');
});

test('a checkpoint dropped, changed, or signed by another', () => {
  const [, , , fourth] = log.checkpoints;
  assert.ok(fourth);
  assert.equal(
    found(() => void log.checkpoints.splice(3, 1)),
    'checkpoint-missing 192-320',
  );
  assert.equal(
    found(() => void log.checkpoints.pop(), {}, 640),
    'checkpoint-missing 576-640',
    'the tree was built further',
  );
  const rewrite =
    (from: string | RegExp, to: string, resign = false) =>
    () => {
      const checkpoint = log.checkpoints[3];
      assert.ok(checkpoint);
      checkpoint.text = checkpoint.text.replace(from, to);
      if (!resign) return;
      const pair = newPair();
      checkpoint.text = checkpoint.text.replace(/\nkey .*/, `\nkey ${pair.open}`);
      checkpoint.lines = [log.noteLine(checkpoint.text, log.origin, pair)];
    };
  assert.equal(found(rewrite(/time \d+/, 'time 5')), 'checkpoint-unsigned 192-256');
  assert.equal(found(rewrite('\n256\n', '\n255\n')), 'checkpoint-unsigned 192-256');
  assert.equal(found(rewrite(/time \d+/, 'time 5', true)), 'chain-broken 192-256');
  assert.equal(found(rewrite(log.origin, `carekeep.audit/${uuid(1)}/${uuid(3)}`)), 'checkpoint-damaged 192-256');
});

/** All from this checkpoint on is made anew, with keys nobody announced. */
function rebuilt(from: number, change: () => void, anchor: 'key-lost' | 'rolled-back' | null): void {
  change();
  log.checkpoints.length = from;
  const [entries, leaves] = [[...log.entries], [...log.leaves]];
  log.oneTime = newPair();
  for (let next = from, end = (from + 1) * 64; end <= size; end += 64, next += 1) {
    log.entries.length = end;
    log.leaves.length = end;
    log.entries.splice(0, end, ...entries.slice(0, end));
    log.leaves.splice(0, end, ...leaves.slice(0, end));
    log.checkpoint(next === from ? anchor : null, new Set());
  }
  log.entries.splice(0, log.entries.length, ...entries);
  log.leaves.splice(0, log.leaves.length, ...leaves);
}

test('rebuilt and signed anew, forked', () => {
  const change = () => writeBoth(300, textOf(300).replace('"outcome":0', '"outcome":4'));
  assert.equal(
    found(() => rebuilt(4, change, null)),
    'chain-broken 256-320',
  );
  assert.equal(
    found(() => rebuilt(4, change, 'key-lost')),
    'anchor-unacknowledged 256-320',
  );
  // From its first entry on: nothing inside tells, what was seen outside does.
  const root = rootOf(log.leaves.slice(0, 320)).toString('base64');
  const all = () => rebuilt(0, change, null);
  assert.equal(found(all), 'VALID');
  assert.equal(found(all, { known: [{ size: 320, root }] }), 'forked-from-known 0-320');
  all();
  const report = verifyLines(log.lines(), { witnesses: [log.witnesses[0]?.vkey ?? ''] });
  restore();
  assert.deepEqual(
    report.users.map(({ signed }) => signed),
    [0, 0],
    'nobody signed the forged log',
  );
});

test('somebody else’s session, a forged action, a certificate of nobody', () => {
  const miscounted = () => {
    const last = log.checkpoints.at(-1) ?? log.checkpoint();
    last.actions = last.actions.replace('"count":28', '"count":27');
  };
  assert.equal(found(miscounted), 'actions-altered 576-640');
  const forged = () => {
    // The insider holds the next one-time key and signs a checkpoint over entries that bear Ann's name.
    const pair = newPair();
    const text = log.signIn(log.practitioner, pair);
    log.append(text, 'note.signed');
    log.checkpoint();
  };
  assert.equal(found(forged), 'certificate-broken 640-701');
  const stranger = madeLog(0).signIn(uuid(12));
  const transplanted = () => {
    const own = log.checkpoint();
    own.certificates.push({ certificate: stranger.certificate, signature: stranger.signature });
  };
  assert.match(found(transplanted), /^line-damaged/);
});

test('transplanted from another workstation', () => {
  const other = madeLog(128, 64, uuid(3));
  const transplant = () => {
    for (let seq = 0; seq < 64; seq += 1) writeBoth(seq, other.entries[seq] ?? '');
  };
  assert.equal(found(transplant), 'entry-foreign 0');
  assert.equal(
    found(() => void log.checkpoints.splice(0, 1, other.checkpoints[0] ?? log.checkpoint())),
    'checkpoint-damaged 0-64',
  );
});

test('a witness that is trusted: its signature must hold, and a stranger’s is not counted', () => {
  const vkey = log.witnesses[0]?.vkey ?? '';
  const report = verifyLines(log.lines(), { witnesses: [vkey] });
  assert.deepEqual(
    report.witnesses.map(({ trusted, size: to, checkpoints }) => [trusted, to, checkpoints]),
    [[true, 640, 10]],
  );
  const forge = () => {
    const checkpoint = log.checkpoints[5];
    const line = log.checkpoints[4]?.lines.at(-1);
    assert.ok(checkpoint && line);
    checkpoint.lines.splice(-1, 1, line);
  };
  assert.equal(found(forge, { witnesses: [vkey] }), 'cosignature-broken 320-384');
  assert.equal(
    verifyLines(log.lines(), { witnesses: [newWitness('witness.example').vkey] }).witnesses[0]?.trusted,
    false,
  );
});

test('a lost chain goes on where somebody signed for it', () => {
  const own = madeLog(64);
  const session = own.signIn(own.admin);
  own.append(session, 'audit.anchored', { detail: { number: 1, reason: 'key-lost' } });
  own.checkpoint('key-lost');
  const report = verifyLines(own.lines());
  assert.equal(report.valid, true);
  assert.deepEqual(report.checkpoints.anchors.at(-1)?.by, ['Lena Hof']);
  own.append(session, 'audit.anchored', { detail: { number: 9, reason: 'key-lost' } });
  own.checkpoint('key-lost');
  assert.equal(verifyLines(own.lines()).problem?.code, 'anchor-unacknowledged');
});

/** Texts and one-time keys from a checkpoint on are the insider's; what people signed there stays as it was. */
function resigned(own: MadeLog, from: number): void {
  let previous = from === 0 ? Buffer.alloc(32) : sha(own.checkpoints[from - 1]?.text ?? '');
  let pair = newPair();
  for (const checkpoint of own.checkpoints.slice(from)) {
    const next = newPair();
    const root = rootOf(own.leaves.slice(0, checkpoint.size)).toString('base64');
    checkpoint.text = checkpoint.text
      .replace(/\n[^\n]+\nnumber/, `\n${root}\nnumber`)
      .replace(/previous .*/, `previous ${previous.toString('base64')}`)
      .replace(/\nkey .*/, `\nkey ${pair.open}`)
      .replace(/\nnext .*/, `\nnext ${next.open}`);
    checkpoint.lines = [own.noteLine(checkpoint.text, own.origin, pair)];
    if (checkpoint.text.includes('\nanchor '))
      checkpoint.lines.push(own.noteLine(checkpoint.text, `${own.origin}/device`, own.device));
    previous = sha(checkpoint.text);
    pair = next;
  }
}

test('what people signed is for those checkpoints: a chain begun anew, at number 0 or where one was lost, keeps none of it', () => {
  const own = madeLog(64);
  const session = own.signIn(own.admin);
  own.append(session, 'audit.anchored', { detail: { number: 1, reason: 'key-lost' } });
  own.checkpoint('key-lost');
  own.append(session);
  own.checkpoint();
  assert.equal(verifyLines(own.lines()).valid, true);
  resigned(own, 1);
  const { problem } = verifyLines(own.lines());
  assert.deepEqual([problem?.code, problem?.at], ['action-broken', '64-65']);
  resigned(own, 0);
  assert.equal(verifyLines(own.lines()).problem?.at, '0-64');
});

test('who was removed since answers for no chain, with whatever key they had', () => {
  const own = madeLog(64);
  const old = own.signIn(own.otherAdmin);
  own.addRoster([{ kind: 'policy-set', adminSecondFactor: true }], [[own.admin, own.pairOf(own.admin)]]);
  const later = own.signIn(own.admin);
  own.append(later);
  own.checkpoint();
  own.append(old, 'audit.anchored', { detail: { number: 2, reason: 'key-lost' } });
  own.checkpoint('key-lost');
  assert.equal(verifyLines(own.lines()).problem?.code, 'anchor-unacknowledged');
  own.checkpoints.pop();
  own.append(later, 'audit.anchored', { detail: { number: 2, reason: 'key-lost' } });
  own.checkpoint('key-lost');
  assert.equal(verifyLines(own.lines()).valid, true);
});

test('a range hides no chain that nobody answered for', () => {
  const own = madeLog(64);
  own.append(null);
  own.checkpoint('key-lost');
  own.append(null);
  own.checkpoint();
  assert.equal(verifyLines(own.lines({ from: 65, to: 66 })).problem?.code, 'anchor-unacknowledged');
});

test('entries that nobody signed are counted, with their place', () => {
  const own = madeLog(0);
  const session = own.signIn(own.practitioner);
  own.append(session);
  own.checkpoint(null, new Set());
  own.append(session);
  own.checkpoint();
  own.append(session);
  const { users, signed, unsigned, nobodySigned } = verifyLines(own.lines());
  const [user] = users;
  assert.deepEqual([user?.signed, user?.unsigned, user?.behind, user?.places], [1, 1, 1, ['0-1']]);
  assert.deepEqual([signed, unsigned, nobodySigned], [1, 2, false]);
});

test('a range: what is outside goes as hashes, and the roots hold', () => {
  const report = verifyLines(log.lines({ from: 256, to: 320 }));
  assert.equal(report.valid, true);
  assert.deepEqual([report.entries.carried, report.entries.leftOut], [64, size - 64]);
  assert.match(report.notProved.join(), /outside the range/);
});

test('the clinic’s key and its fingerprint', () => {
  const { log: shown } = verifyLines(log.lines());
  assert.ok(shown);
  const { clinicIdentity, fingerprint } = shown;
  const lines = log.lines();
  for (const clinic of [clinicIdentity, fingerprint, fingerprint.replaceAll(' ', '')])
    assert.equal(verifyLines(lines, { clinic }).log?.compared, true, clinic);
  const another = fingerprint.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  assert.equal(verifyLines(lines, { clinic: another }).problem?.code, 'other-clinic');
  for (const clinic of ['', ' ', fingerprint.slice(0, 19), fingerprint.slice(0, -1), `${fingerprint} 0000`])
    assert.throws(() => verifyLines(lines, { clinic }), /whole fingerprint/, clinic);
  assert.equal(verifyLines(log.lines(), { clinic: newPair().open }).problem?.code, 'other-clinic');
});

test('the roster: another identity, a role beyond the limits, an entry of one admin that needs two', () => {
  const own = madeLog(10);
  const lena = own.pairOf(own.admin);
  const juan = own.pairOf(own.otherAdmin);
  const promote = [{ kind: 'roles-set', userId: own.practitioner, roles: ['admin'] }];
  own.addRoster([{ kind: 'policy-set', adminSecondFactor: true }], [[own.admin, lena]]);
  assert.equal(verifyLines(own.lines()).roster, 2);
  own.addRoster(promote, [[own.admin, lena]]);
  assert.equal(verifyLines(own.lines()).problem?.at, 'roster 2');
  own.roster.pop();
  own.addRoster(promote, [
    [own.admin, lena],
    [own.otherAdmin, juan],
  ]);
  assert.equal(verifyLines(own.lines()).valid, true);
  own.addRoster(
    [{ kind: 'role-defined', roleId: 'own-aaaabbbb', name: 'x', permissions: ['audit:export'] }],
    [[own.admin, lena]],
  );
  assert.equal(verifyLines(own.lines()).problem?.at, 'roster 3');
  own.roster.pop();
  own.addRoster(
    [{ kind: 'recovery-set', x25519: newPair().open }],
    [
      [own.admin, lena],
      [own.otherAdmin, juan],
    ],
  );
  assert.equal(verifyLines(own.lines()).problem?.at, 'roster 3', 'the kit is the clinic identity’s to set');
});

test('new keys of one’s own, and what a request of two agrees to', () => {
  const own = madeLog(10);
  const ann = own.pairOf(own.practitioner);
  const fresh = newPair();
  own.addRoster(
    [{ kind: 'user-keys-replaced', userId: own.practitioner, ed25519: fresh.open, x25519: newPair().open }],
    [[own.practitioner, ann]],
  );
  own.append(own.signIn(own.practitioner, fresh));
  own.checkpoint();
  assert.equal(verifyLines(own.lines()).valid, true);
  own.append(own.signIn(own.practitioner, ann));
  own.checkpoint();
  assert.equal(verifyLines(own.lines()).problem?.code, 'certificate-broken', 'the old key signs no more');

  const agreed = madeLog(10);
  const changes = [{ kind: 'status-set', userId: agreed.otherAdmin, status: 'suspended' }];
  const body = {
    version: 1,
    clinicId: agreed.clinicId,
    id: uuid(900),
    subject: { kind: 'roster', changes },
    at: agreed.now,
    expiresAt: agreed.now + 1000,
  };
  const requestOf = (...by: string[]) => ({
    body,
    signatures: by.map((one) => ({
      by: one,
      algorithm: 'ed25519',
      signature: signature(agreed.pairOf(one), 'carekeep/v1/request/signature\0', jcs(body)),
    })),
  });
  const lena = agreed.pairOf(agreed.admin);
  agreed.addRoster(changes, [[agreed.admin, lena]], requestOf(agreed.admin));
  assert.equal(verifyLines(agreed.lines()).problem?.at, 'roster 1');
  agreed.roster.pop();
  agreed.addRoster(changes, [[agreed.admin, lena]], requestOf(agreed.otherAdmin));
  assert.equal(verifyLines(agreed.lines()).valid, true);
});

test('prunes: as two admins agreed; a fake one, a kept entry that is gone, an entry too many', () => {
  const pruned = (signers: (own: MadeLog) => string[], edit: (own: MadeLog) => void = () => undefined) => {
    const own = madeLog(640);
    const session = own.signIn(own.admin);
    // A log is not pruned before its years are over.
    own.now += 4 * 365 * 24 * 60 * 60 * 1000;
    own.append(session);
    own.prune(512, [3, 77, 300], session, signers(own));
    own.checkpoint();
    edit(own);
    return verifyLines(own.lines());
  };
  const both = (own: MadeLog) => [own.admin, own.otherAdmin];
  const good = pruned(both);
  assert.equal(good.problem, null);
  assert.deepEqual(
    good.prunes.map(({ below, removed, kept, admins }) => [below, removed, kept, admins]),
    [[512, 509, 3, ['Lena Hof', 'Juan Rey']]],
  );
  const fake = pruned((own) => [own.admin]);
  assert.equal(`${fake.problem?.code} ${fake.problem?.at}`, 'entry-missing 0');
  assert.match(fake.problem?.more ?? '', /1 of 2 admins/);
  const other = pruned((own) => [own.otherAdmin, own.practitioner]);
  assert.equal(`${other.problem?.code} ${other.problem?.at}`, 'entry-missing 0');
  const gone = pruned(both, (own) => void own.entries.splice(77, 1, null));
  assert.equal(`${gone.problem?.code} ${gone.problem?.at}`, 'entry-missing 77');
  const hidden = pruned(both, (own) => {
    own.entries[77] = null;
    own.prunes[0] = { line: own.prunes[0]?.line ?? {}, gone: new Set([...(own.prunes[0]?.gone ?? []), 77]) };
  });
  assert.equal(`${hidden.problem?.code} ${hidden.problem?.at}`, 'entry-missing 0-512');
  const claimed = pruned(both, (own) => {
    const [prune] = own.prunes;
    assert.ok(prune);
    const { line } = prune;
    const request: Json = JSON.parse(jcs(line['request'] ?? null).replaceAll(uuid(500), uuid(501)));
    own.prunes.push({ line: { ...line, request, seq: Number(line['seq']) + 1 }, gone: new Set() });
  });
  assert.equal(
    `${claimed.problem?.code} ${claimed.problem?.at}`,
    'prune-broken 642',
    'claimed, and nothing gone by it',
  );
  const beyond = pruned(both, (own) => void own.entries.splice(600, 1, null));
  assert.equal(`${beyond.problem?.code} ${beyond.problem?.at}`, 'entry-missing 600');
  const rowless = pruned(both, (own) => void own.prunes.pop());
  assert.equal(`${rowless.problem?.code} ${rowless.problem?.at}`, 'entry-missing 0');
  const unsaid = pruned(both, (own) => {
    const prune = own.prunes[0];
    assert.ok(prune);
    prune.line['at'] = Number(prune.line['at']) + 1;
  });
  assert.equal(`${unsaid.problem?.code} ${unsaid.problem?.at}`, 'entry-missing 0', 'the log says otherwise of it');
});

test('two prunes, the later one taking what the earlier kept', () => {
  const own = madeLog(640);
  const session = own.signIn(own.admin);
  own.now += 4 * 365 * 24 * 60 * 60 * 1000;
  const both = [own.admin, own.otherAdmin];
  own.append(session);
  own.prune(256, [3, 77], session, both);
  own.checkpoint();
  own.prune(512, [77, 300], session, both);
  own.checkpoint();
  const report = verifyLines(own.lines());
  assert.equal(report.problem, null);
  assert.deepEqual(
    report.prunes.map(({ removed }) => removed),
    [254, 256],
  );
});

test('a clock that jumped is told, not refused', () => {
  const own = madeLog(10);
  own.now -= 3 * 60 * 60 * 1000;
  own.append(null);
  own.checkpoint();
  const report = verifyLines(own.lines());
  assert.equal(report.valid, true);
  assert.deepEqual([report.entries.clockBack.count, report.entries.clockBack.first], [1, 10]);
});

test('tiles: one that is missing or says otherwise', () => {
  const lines = log.lines();
  const at = lines.findIndex((line) => line.includes('"kind":"tile","level":0,"number":1'));
  const upper = lines.findIndex((line) => line.includes('"kind":"tile","level":1'));
  const without = (index: number) => verifyLines(lines.toSpliced(index, 1)).problem;
  assert.deepEqual([without(at)?.code, without(at)?.at], ['tile-missing', '256-320']);
  assert.equal(without(upper)?.code, 'truncated', 'the number of lines tells first');
  const changed = lines.with(
    upper,
    jcs({ kind: 'tile', level: 1, number: 0, hashes: Buffer.concat([sha('a'), sha('b')]).toString('base64') }),
  );
  assert.deepEqual([verifyLines(changed).problem?.code, verifyLines(changed).problem?.at], ['tile-differs', '0-256']);
});
