import { useEffect, useMemo, useRef } from 'react';
import { piecesOf } from './find-in-parts.ts';

type PartTextProps = {
  readonly label: string;
  readonly text: string;
  /** Places of what is searched for. */
  readonly starts: readonly number[];
  readonly length: number;
  /** The place one stands at. */
  readonly current: number | null;
};

/** One part as it will stand in the file, what is searched for marked in it. */
export function PartText({ label, text, starts, length, current }: PartTextProps) {
  const here = useRef<HTMLElement>(null);
  const pieces = useMemo(() => piecesOf(text, starts, length), [text, starts, length]);
  useEffect(() => {
    if (current !== null) here.current?.scrollIntoView({ block: 'center' });
  }, [current]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard
    <section className="ck-diagnostics-text" aria-label={label} tabIndex={0}>
      <pre translate="no">
        {pieces.map(({ text: piece, at, hit }) =>
          hit ? (
            <mark key={at} ref={at === current ? here : undefined} data-current={at === current}>
              {piece}
            </mark>
          ) : (
            piece
          ),
        )}
      </pre>
    </section>
  );
}
