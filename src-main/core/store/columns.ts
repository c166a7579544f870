/** The columns of a resource that are asked for: the same for what is written here and for what is imported. */
import { type Sorting, sortingOf } from '../../../src-shared/fhir/extract.ts';
import { isObject } from '../../../src-shared/fhir/json.ts';

export type Columns = {
  /** Clinical date, sortable ISO text (`sortableDate`); null when the resource names none. */
  readonly date: string | null;
  readonly status: string | null;
  /** `system|code` of the first coding. */
  readonly code: string | null;
  readonly category: string | null;
};

/** @param resource a parsed FHIR R4 resource */
export function columnsOf(resource: unknown): Columns {
  return toColumns(sortingOf(isObject(resource) ? resource : {}));
}

export function toColumns({ date, status, code, codeSystem, category }: Sorting): Columns {
  return {
    date: date ?? null,
    status: status ?? null,
    code: code === undefined ? null : `${codeSystem ?? ''}|${code}`,
    category: category ?? null,
  };
}
