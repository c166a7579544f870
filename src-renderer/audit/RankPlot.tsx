import { useFormat } from '../ui/index.ts';
import classes from './audit.module.css';

export type Rank = {
  readonly key: string;
  readonly name: string;
  readonly count: number;
  readonly chosen: boolean;
  /** Null where it cannot be filtered by. */
  readonly choose: (() => void) | null;
};

/** Who or what has most, most first, as bars with their number; choosing one narrows the filter to it. */
export function RankPlot({ label, ranks }: { readonly label: string; readonly ranks: readonly Rank[] }) {
  const format = useFormat();
  const highest = Math.max(1, ...ranks.map(({ count }) => count));
  return (
    <ul className={classes.ranks} aria-label={label}>
      {ranks.map(({ key, name, count, chosen, choose }) => {
        const line = (
          <>
            <bdi className={classes.rankName}>{name}</bdi>
            <span className={classes.rankBar} aria-hidden="true">
              <span className={classes.rankFill} style={{ width: `${(count / highest) * 100}%` }} />
            </span>
            <span className={classes.rankCount}>{format.number(count)}</span>
          </>
        );
        return (
          <li key={key}>
            {choose === null ? (
              <span className={classes.rank}>{line}</span>
            ) : (
              <button type="button" className={classes.rank} aria-pressed={chosen} onClick={choose}>
                {line}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
