/** What the application exports, checked by the program that shares no code with it. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { neverOwn, type Report, verifyBundle, verifyLines } from '../../../resources/verify/carekeep-verify.mjs';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { bundleLines } from '../../../src-main/core/audit/export-bundle.ts';
import { neverOwn as limits } from '../../../src-shared/contract/role-limits.ts';
import { type Place, startPlace } from '../core/clinic.ts';
import { type Desk, type House, noteOf, passwords, person, startHouse } from '../core/house.ts';

const yearMs = 365.25 * 24 * 60 * 60 * 1000;
const verifier = join(import.meta.dirname, '../../../resources/verify/carekeep-verify.mjs');

describe('the export of the audit log', () => {
  let place: Place;
  let house: House;
  let auditor: Desk;
  let doctor: Desk;
  let patient: string;

  const lines = (range?: { from: number; to: number }): string[] => {
    const { clinicId } = house.core.vault.ids();
    const parts = bundleLines(house.store, {
      clinicId,
      clinicIdentity: house.core.vault.clinicIdentity(),
      origin: originOf(clinicId, house.store.device),
      roster: house.core.vault.roster(),
      madeAt: 0,
      range,
    });
    return [...parts].flatMap((part) => [...part.lines]);
  };
  const everybodyIn = async () => {
    auditor = house.desk('ctl');
    await auditor.signIn('auditor');
    doctor = house.desk('ctl');
    await doctor.signIn('practitioner');
  };
  const looks = async (times: number) => {
    for (let at = 0; at < times; at += 1) await doctor.call('chart.open', { patientId: patient });
  };
  const save = (name: string, more: object = {}) =>
    auditor.call('auditBundle.save', { from: null, to: null, path: join(place.dir, name), ...more });
  const readBack = (name: string): Promise<Report> => verifyBundle([readFileSync(join(place.dir, name))]);
  /** As an insider with the database's key would: nothing in it stands in the way. */
  const tampered = (change: (db: House['store']['db']) => void): string => {
    const { db } = house.store;
    db.exec('savepoint tampering');
    try {
      const triggers = db.prepare<[], { name: string }>(
        `select name from sqlite_master where type = 'trigger' and tbl_name like 'audit_%'`,
      );
      for (const { name } of triggers.all()) db.exec(`drop trigger ${name}`);
      change(db);
      const { problem } = verifyLines(lines());
      return problem === null ? 'VALID' : `${problem.code} ${problem.at}`;
    } finally {
      db.exec('rollback to tampering');
      db.exec('release tampering');
    }
  };

  before(async () => {
    place = await startPlace();
    house = await startHouse(place.dir, ['practitioner', 'auditor']);
    await everybodyIn();
    const demographics = person('Ríos', 'Ana', '1980-02-03');
    ({ patientId: patient } = await doctor.call('patients.create', { demographics, notADuplicate: true }));
    const draft = { draftId: null, patientId: patient, encounterId: null, amends: null };
    const content = noteOf('text', { text: 'All well.' });
    const { draftId } = await doctor.call('notes.saveDraft', { ...draft, content });
    await doctor.call('notes.sign', { draftId, password: passwords.practitioner });
    await looks(330);
  });
  after(async () => {
    try {
      await house.core.close();
    } finally {
      await place.stop();
    }
  });

  it('is valid, and says who signed how much', async () => {
    const from = house.size();
    const { saved, entries, fingerprint } = await save('all.jsonl');
    assert.ok(saved);
    const report = await readBack('all.jsonl');
    assert.equal(report.problem, null);
    assert.equal(report.entries.carried, entries);
    assert.equal(report.entries.behind, 0, 'all that there was is signed before it leaves');
    assert.equal(report.log?.fingerprint, fingerprint);
    const people = new Map(report.users.map((user) => [user.name, user]));
    assert.ok((people.get('The practitioner (the.practitioner)')?.signed ?? 0) > 330);
    assert.ok((people.get('Lena Hof (lena.hof)')?.signed ?? 0) > 0);
    assert.deepEqual(
      report.users.map(({ unsigned }) => unsigned),
      report.users.map(() => 0),
    );
    const steps = house.entries(from).filter(({ type }) => type === 'export.audit');
    assert.deepEqual(
      steps.map(({ detail }) => detail['step']),
      ['begun', 'written'],
    );
  });

  it('is zipped where its name says so, with the verifier beside it, which answers by its exit code', async () => {
    const { bytes } = await save('all.jsonl.gz', { verifier: true });
    const zip = readFileSync(join(place.dir, 'all.jsonl.gz'));
    assert.equal(zip.length, bytes);
    const copy = join(place.dir, 'carekeep-verify.mjs');
    assert.deepEqual(readFileSync(copy), readFileSync(verifier));
    const path = join(place.dir, 'all.jsonl.gz');
    const said = execFileSync(process.execPath, [copy, path], { encoding: 'utf8' });
    assert.match(said, /^VALID\n/);
    assert.match(said, /The practitioner \(the\.practitioner\): \d+ signed\n/);
    // No word of a note and no name of a patient is in it.
    assert.ok(!/Ríos|All well/.test(gunzipSync(zip).toString('utf8')));
    const run = (bundle: Buffer | string, ...options: string[]) => {
      const file = join(place.dir, 'tried');
      writeFileSync(file, bundle);
      const { status, stdout } = spawnSync(process.execPath, [copy, ...options, file], { encoding: 'utf8' });
      return { status, stdout };
    };
    const text = gunzipSync(zip).toString('utf8');
    assert.equal(run(zip.subarray(0, zip.length - 2000)).status, 1);
    assert.match(run(text.slice(0, -40)).stdout, /^INVALID\n\nFirst problem: truncated/);
    assert.equal(run('something else\n').status, 2);
    assert.equal(run(gzipSync('')).status, 2);
    assert.equal(run(text, '--witness', 'nonsense').status, 2);
    assert.equal(run(text, '--nonsense').status, 2);
    assert.equal(JSON.parse(run(text, '--json').stdout).valid, true);
    assert.equal(spawnSync(process.execPath, [copy, join(place.dir, 'nowhere')]).status, 2);
    // A zip of one endless line.
    const bomb = gzipSync(Buffer.alloc(64 << 20, 'x'));
    assert.match(run(bomb).stdout, /^INVALID/);
  });

  it('holds the entries of a time in full, and the hashes of all others', async () => {
    const now = Date.now();
    const { entries } = await save('some.jsonl', { from: now - 1, to: now + yearMs });
    const report = await readBack('some.jsonl');
    assert.equal(report.problem, null);
    assert.ok(entries < 200 && report.entries.carried === entries);
    assert.equal((await save('none.jsonl', { from: 0, to: 1 })).entries, 0);
    assert.equal((await readBack('none.jsonl')).problem, null);
    assert.deepEqual(verifyLines(lines({ from: 100, to: 200 })).entries.carried, 100);
  });

  it('names the place of what was changed in the database', () => {
    const { db } = house.store;
    const sizes = db.prepare<[], { size: number }>('select size from audit_checkpoint order by number').all();
    assert.equal(
      tampered((it) => it.exec('delete from audit_entry where seq = 77')),
      'entry-missing 77',
    );
    const stray = (seq: number) =>
      `insert into audit_entry select ${seq}, entry, lamport, ops from audit_entry where seq = 9`;
    assert.equal(
      tampered((it) => it.exec(stray(-1))),
      'entry-misplaced -1',
    );
    const end = house.size();
    assert.equal(
      tampered((it) => it.exec(stray(2 ** 50))),
      `entry-missing ${end}`,
    );
    const edited = `cast(replace(cast(entry as text), '"outcome":0', '"outcome":8') as blob)`;
    assert.equal(
      tampered((it) => it.exec(`update audit_entry set entry = ${edited} where seq = 77`)),
      'entry-altered 77',
    );
    const swapped = [80, 81, -1].map(
      (seq, at) => `update audit_entry set seq = ${[-1, 80, 81][at]} where seq = ${seq};`,
    );
    assert.equal(
      tampered((it) => it.exec(swapped.join(''))),
      'entry-misplaced 80',
    );
    assert.equal(
      tampered((it) => it.exec('delete from audit_entry where seq < 20')),
      'entry-missing 0',
    );
    const cut = (sizes.at(-1)?.size ?? 0) - 5;
    assert.equal(
      tampered((it) => it.exec(`delete from audit_entry where seq >= ${cut}`)),
      `entry-missing ${cut}`,
    );
    assert.equal(
      tampered((it) => it.exec('delete from audit_checkpoint where number = 2')),
      `checkpoint-missing ${sizes[1]?.size}-${sizes[3]?.size}`,
    );
    const last = sizes.length - 1;
    assert.match(
      tampered((it) => it.exec(`delete from audit_checkpoint where number = ${last}`)),
      /^checkpoint-missing/,
    );
    assert.equal(
      tampered((it) => {
        it.exec(`update audit_entry set entry = ${edited} where seq = 77`);
        const row = it.prepare<[], { hashes: Buffer }>('select hashes from audit_tile where place = 0').get();
        const hashes = Buffer.from(row?.hashes ?? '');
        hashes.fill(1, 77 * 32, 78 * 32);
        it.prepare('update audit_tile set hashes = ? where place = 0').run(hashes);
      }),
      'entry-altered 77',
    );
    assert.equal(
      tampered((it) => it.exec('delete from audit_tile where place = 0')),
      `tile-missing 0-${sizes[0]?.size}`,
    );
    assert.match(
      tampered((it) => it.exec('delete from audit_session')),
      /^certificate-broken/,
    );
    assert.match(
      tampered((it) => it.exec(`update audit_checkpoint set actions = '[]' where number = 3`)),
      /^actions-altered/,
    );
  });

  it('is refused to who may not, and by a path from a window', async () => {
    const input = { from: null, to: null, path: join(place.dir, 'no.jsonl') };
    assert.equal(await doctor.refusal('auditBundle.save', input), 'forbidden');
    const window = house.desk();
    await window.signIn('auditor');
    assert.equal(await window.refusal('auditBundle.save', input), 'not-here');
    house.chosen = [];
    assert.equal((await window.call('auditBundle.save', { from: null, to: null })).saved, false);
    assert.ok(!existsSync(input.path));
    assert.deepEqual(new Set(neverOwn), new Set(limits), 'the verifier and the application know the same limits');
  });

  it('can be stopped, and then nothing of it stays', async () => {
    const running = save('stopped.jsonl');
    await auditor.call('auditBundle.cancel', {});
    await assert.rejects(running, /cancelled/);
    assert.deepEqual(
      readdirSync(place.dir).filter((name) => name.startsWith('stopped')),
      [],
    );
  });

  it('stays valid after entries were pruned, and says who agreed', async () => {
    house.ahead.wall += 11 * yearMs;
    await house.restart();
    await everybodyIn();
    const admin = house.desk();
    await admin.signIn('admin');
    const plan = await admin.call('retention.preview', {});
    assert.ok(plan.going > 0);
    house.store.db.exec('create temp table before_prune as select * from audit_entry');
    await admin.call('retention.prune', { password: passwords.admin, keptDigest: plan.keptDigest });
    await save('pruned.jsonl');
    const report = await readBack('pruned.jsonl');
    assert.equal(report.problem, null);
    assert.equal(report.entries.pruned, plan.going);
    assert.deepEqual(
      report.prunes.map(({ below, admins }) => [below, admins]),
      [[plan.below, ['Lena Hof']]],
    );
    // As a kill right after the agreement was carried out leaves it: all is there yet, and due.
    const begun = `insert or ignore into audit_entry select * from before_prune; update audit_prune set done_to = 0`;
    assert.equal(
      tampered((db) => db.exec(begun)),
      'VALID',
    );
    const claimed = `insert into audit_prune select 'x', json_set(request, '$.body.id', 'x'), below, kept_bits, seq, done_to from audit_prune`;
    assert.match(
      tampered((db) => db.exec(claimed)),
      /^line-damaged|^prune-broken/,
    );
    assert.match(
      tampered((db) => db.exec('delete from audit_prune')),
      /^entry-missing \d+$/,
    );
  });
});
