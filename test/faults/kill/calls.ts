/** Inputs of the screen's calls, filled in. */

import type { NoteContent } from '../../../src-shared/contract/chart.ts';
import type { CallInput } from '../../../src-shared/contract/index.ts';
import type { Prng } from '../prng.ts';

export function newPatient(random: Prng): CallInput<'patients.create'> {
  return {
    demographics: {
      family: `Kill${random.next().toString(36)}`,
      given: 'Trial',
      former: '',
      birthDate: null,
      gender: null,
      identifiers: [],
      phone: '',
      email: '',
      address: { line: '', postalCode: '', city: '', country: '' },
    },
    notADuplicate: true,
  };
}

export function noteOf(text: string): NoteContent {
  return {
    format: 'text',
    title: 'Note',
    encounterClass: 'AMB',
    subjective: '',
    objective: '',
    assessment: '',
    plan: '',
    text,
  };
}
