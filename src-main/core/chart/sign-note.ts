/**
 * Signing: the draft becomes a Composition that the store never changes again, and a Provenance that carries the
 * signature of the user's own Ed25519 key (layout: docs/protocols/record.md).
 */
import type { Provenance } from 'fhir/r4';
import type { Draft } from '../../../src-shared/contract/chart.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { resourceId } from '../../../src-shared/contract/primitives.ts';
import { buildEncounter, patientReference } from '../../../src-shared/fhir/build.ts';
import { buildNote, type NoteText, narrative, narrativeText, noteParts } from '../../../src-shared/fhir/note.ts';
import type { CallContext, Handlers } from '../call.ts';
import { noteSignatureBytes } from '../crypto/note-signature.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import { readChart } from '../store/chart.ts';
import { columnsOf } from '../store/columns.ts';
import { deleteDraft } from '../store/personal.ts';
import { insertResource } from '../store/record.ts';
import type { ResourceRow } from '../store/row.ts';
import { newId } from '../store/transaction.ts';
import type { UserSigner } from '../vault/session.ts';
import { ownDraft } from './drafts.ts';
import { recorderOf } from './recorder.ts';
import { localSource } from './source-line.ts';

const kinds = { AMB: 'ambulatory', HH: 'home', VR: 'virtual', EMER: 'emergency' } as const;

type Content = Draft['content'];
const soapParts = noteParts.filter((part) => part !== 'text');

/** What of a draft becomes the note: the parts of its format that say something once they are written down. */
function partsOf(content: Content): readonly (keyof NoteText)[] {
  const parts = content.format === 'soap' ? soapParts : (['text'] as const);
  return parts.filter((part) => narrativeText(narrative(content[part])) !== '');
}

/** The note an amendment points to. @throws CallError not-found when it is no signed note of this patient */
function amendedRow(chart: readonly ResourceRow[], id: string): ResourceRow {
  const row = chart.find((one) => one.id === id);
  if (row === undefined || row.type !== 'Composition' || row.signed !== 1) throw new CallError('not-found');
  return row;
}

function insert(
  context: CallContext,
  type: string,
  id: string,
  resource: object,
  patientId: string,
  more: { encounterId: string | null; signed: boolean },
): string {
  const { tx, session, entry } = context;
  const json = JSON.stringify(resource);
  insertResource(tx, {
    id,
    type,
    patientId,
    encounterId: more.encounterId,
    columns: columnsOf(resource),
    json,
    authorUser: session.userId,
    source: localSource(session, tx.now),
    signed: more.signed,
  });
  entry.entity.push(id);
  return json;
}

function encounterFor(
  context: CallContext,
  draft: Draft,
  chart: readonly ResourceRow[],
  amended: ResourceRow | null,
): string {
  const known = amended?.encounterId ?? draft.encounterId;
  if (known !== null) {
    if (!chart.some((row) => row.id === known && row.type === 'Encounter')) throw new CallError('not-found');
    return known;
  }
  const id = newId(context.tx.now);
  const at = new Date(context.tx.now).toISOString();
  const encounter = buildEncounter({
    id,
    patient: patientReference(draft.patientId),
    practitioner: recorderOf(context.session),
    start: at,
    end: at,
    kind: kinds[draft.content.encounterClass],
  });
  insert(context, 'Encounter', id, encounter, draft.patientId, { encounterId: null, signed: false });
  return id;
}

function writeNote(context: CallContext, draft: Draft, signer: UserSigner): { noteId: string; encounterId: string } {
  const { tx, session } = context;
  const chart = readChart(tx.store, draft.patientId);
  const amended = draft.amends === null ? null : amendedRow(chart, draft.amends);
  const encounterId = encounterFor(context, draft, chart, amended);
  const noteId = newId(tx.now);
  const signedAt = new Date(tx.now).toISOString();
  const author = recorderOf(session);
  const { content } = draft;
  const parts = partsOf(content);
  const note = buildNote({
    id: noteId,
    patient: patientReference(draft.patientId),
    author,
    encounter: { reference: `Encounter/${encounterId}` },
    signed: signedAt,
    title: content.title === '' ? 'Note' : content.title,
    text: Object.fromEntries(parts.map((part) => [part, content[part]])),
    ...(amended !== null && { amends: `Composition/${amended.id}` }),
  });
  const json = insert(context, 'Composition', noteId, note, draft.patientId, { encounterId, signed: true });
  const provenanceId = newId(tx.now);
  const provenance: Provenance = {
    resourceType: 'Provenance',
    id: provenanceId,
    target: [{ reference: `Composition/${noteId}` }],
    recorded: signedAt,
    agent: [{ who: author }],
    signature: [
      {
        type: [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1', display: "Author's Signature" }],
        when: signedAt,
        who: author,
        targetFormat: 'application/fhir+json',
        sigFormat: 'application/vnd.carekeep.ed25519',
        data: signer.sign(noteSignatureBytes(json)).toString('base64'),
      },
    ],
  };
  insert(context, 'Provenance', provenanceId, provenance, draft.patientId, { encounterId, signed: true });
  deleteDraft(tx, session.userId, draft.id);
  return { noteId, encounterId };
}

export const signNote: Handlers<'notes'>['sign'] = async ({ core, session, record }, input) => {
  const password = passwordBytes(input.password);
  try {
    const signer = await core.vault.verifyPassword(session.userId, password).catch((error: unknown) => {
      if (error instanceof CallError) {
        record(({ entry }) => {
          entry.event = 'note.sign-refused';
          entry.entity.push(input.draftId);
          throw error;
        });
      }
      throw error;
    });
    try {
      const { noteId, encounterId } = record((context) => {
        const draft = ownDraft(context.tx.store, session.userId, input.draftId);
        context.entry.patientId = draft.patientId;
        // With which roster the signature is to be read: a key may be retired later.
        context.entry.detail['roster'] = core.vault.roster().length;
        if (partsOf(draft.content).length === 0) throw new CallError('nothing-to-sign');
        if (draft.amends !== null && !session.permissions.has('note:amend')) throw new CallError('forbidden');
        return writeNote(context, draft, signer);
      });
      return { noteId: resourceId.parse(noteId), encounterId: resourceId.parse(encounterId) };
    } finally {
      signer.close();
    }
  } finally {
    wipe(password);
  }
};
