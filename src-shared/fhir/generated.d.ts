/** What resources/scripts/build-fhir.mjs writes, typed here so that tsc passes before the first build. */
declare module '*/build/fhir/schema.mjs' {
  type AjvError = {
    readonly instancePath: string;
    readonly keyword: string;
    readonly params: Readonly<Record<string, unknown>>;
  };
  type Validate = { (data: unknown): boolean; errors?: readonly AjvError[] | null };
  /** One validation function per R4 resource type; `errors` holds the first error of the last call. */
  export const validators: Readonly<Record<string, Validate>>;
}

declare module '*/build/fhir/definitions.mjs' {
  /** Structure definition (trimmed) as JSON text, by type name. */
  export const definitions: Readonly<Record<string, string>>;
}
