import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import classes from './chart.module.css';

const few = 60;

type Props<T> = {
  readonly rows: readonly T[];
  readonly rowHeight: number;
  readonly label: string;
  readonly keyOf: (row: T) => string;
  readonly children: (row: T) => ReactNode;
};

/** Lines of one height. A short list stands in the page; of a long one only the lines in view are drawn. */
export function LongList<T>(props: Props<T>) {
  return props.rows.length <= few ? <ShortList {...props} /> : <Scrolled {...props} />;
}

function ShortList<T>({ rows, label, keyOf, children }: Props<T>) {
  return (
    <ul className={classes.lines} aria-label={label}>
      {rows.map((row) => (
        <li key={keyOf(row)}>{children(row)}</li>
      ))}
    </ul>
  );
}

function Scrolled<T>({ rows, rowHeight, label, keyOf, children }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <div ref={scroller} className={classes.scroller} tabIndex={0}>
      <ul className={classes.lines} aria-label={label} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((place) => {
          const row = rows[place.index];
          if (row === undefined) return null;
          return (
            <li
              key={keyOf(row)}
              aria-setsize={rows.length}
              aria-posinset={place.index + 1}
              style={{
                position: 'absolute',
                insetInline: 0,
                height: rowHeight,
                transform: `translateY(${place.start}px)`,
              }}
            >
              {children(row)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
