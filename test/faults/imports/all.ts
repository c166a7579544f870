/** All cases of hostile and odd imports. */
import { bytesCases } from './bytes.ts';
import type { ImportCase } from './case.ts';
import { fhirCases } from './fhir.ts';
import { fileCases } from './files.ts';
import { textCases } from './text.ts';

export const importCases: readonly ImportCase[] = [...bytesCases, ...textCases, ...fhirCases, ...fileCases];
