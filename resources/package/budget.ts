/** How many bytes each part of the application may take, before compression. Raise one on purpose, with a reason. */
import type { Part } from './contents.ts';

export type Sizes = Readonly<Record<Part, number>>;

const kB = 1000;

export const budgets: Sizes = {
  main: 8000 * kB, // shell, core, command line, workers, updates; pdfmake and undici are half of it
  validator: 20_000 * kB, // FHIR R4: 148 compiled schemas and their definitions
  preload: 10 * kB,
  renderer: 6500 * kB,
  documents: 3000 * kB, // fonts of printed documents, the verifier
  native: 7500 * kB,
  lists: 1000 * kB, // licences, bill of materials, anchor
};
