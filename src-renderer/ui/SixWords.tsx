import './six-words.css';

type SixWordsProps = { readonly words: readonly string[]; readonly label: string };

/** Words to compare with another screen, aloud or side by side: large, in their order. */
export function SixWords({ words, label }: SixWordsProps) {
  return (
    <ol className="ck-six-words" aria-label={label} translate="no" lang="en">
      {words.map((word, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice
        <li key={at}>{word}</li>
      ))}
    </ol>
  );
}
