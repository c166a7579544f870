import { useFormat } from '../ui/index.ts';
import classes from './audit.module.css';

type Props = {
  readonly label: string;
  readonly columns: readonly [name: string, count: string];
  readonly rows: readonly { readonly key: string; readonly name: string; readonly count: number }[];
};

/** What a plot shows, in numbers. */
export function CountTable({ label, columns, rows }: Props) {
  const format = useFormat();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={classes.counts} aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, count }) => (
            <tr key={key}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              <td>{format.number(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
