const perLine = 8;

/** 32 pairs in lines of eight, as one compares them with a letter: line by line. */
export function Fingerprint({ of, large = false }: { readonly of: string; readonly large?: boolean }) {
  const pairs = of.split(':');
  const lines = Array.from({ length: Math.ceil(pairs.length / perLine) }, (_, at) =>
    pairs.slice(at * perLine, (at + 1) * perLine).join(' '),
  );
  return (
    <span className="ck-fingerprint" data-large={large} translate="no">
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: always the same lines
        <span key={at}>{line}</span>
      ))}
    </span>
  );
}
