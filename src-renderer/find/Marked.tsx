import classes from './find.module.css';
import { highlight } from './highlight.ts';

/** Text with the letters that were typed marked; always text, isolated from the direction around it. */
export function Marked({ text, typed }: { readonly text: string; readonly typed: string }) {
  return (
    <bdi>
      {highlight(text, typed).map((piece, index) =>
        piece.hit ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity beyond their place
          <mark key={index} className={classes.mark}>
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}
