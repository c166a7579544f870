import { useErrorText } from './error-text.ts';

/** The error of a whole form, above its button; said aloud when it appears. */
export function FormError({ error }: { readonly error: unknown }) {
  const text = useErrorText();
  return (
    <div role="alert">
      {error !== null && error !== undefined && (
        <p className="ck-form-error">
          <span aria-hidden="true">▲ </span>
          {text(error)}
        </p>
      )}
    </div>
  );
}
