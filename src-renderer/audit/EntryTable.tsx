import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditLine } from '../../src-shared/contract/audit.ts';
import classes from './audit.module.css';
import { OutcomeChip } from './OutcomeChip.tsx';
import { useAuditWords } from './words.ts';

const rowHeight = 36;
const headHeight = 32;
const columns = ['when', 'who', 'what', 'object', 'where', 'purpose', 'outcome'] as const;

type Props = {
  readonly entries: readonly AuditLine[];
  readonly more: boolean;
  readonly loadingMore: boolean;
  /** The last page could not be read: a button asks again instead of the scrolling. */
  readonly failed: boolean;
  readonly onMore: () => void;
  readonly onOpen: (entry: AuditLine) => void;
};

/** The log, newest first. Only the rows in view are drawn; the next page is asked for before the end is reached. */
export function EntryTable({ entries, more, loadingMore, failed, onMore, onOpen }: Props) {
  const { t } = useTranslation('audit');
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // the head stays in view above the rows
    scrollPaddingEnd: headHeight,
    getItemKey: (index) => entries[index]?.seq ?? index,
  });
  const items = virtual.getVirtualItems();
  const lastDrawn = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (more && !loadingMore && !failed && lastDrawn >= entries.length - 40) onMore();
  }, [more, loadingMore, failed, lastDrawn, entries.length, onMore]);

  const walk = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: entries.length - 1,
    };
    const entry = entries[active];
    if (event.key === 'Enter' && entry !== undefined) {
      event.preventDefault();
      onOpen(entry);
      return;
    }
    const wanted = steps[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(entries.length - 1, wanted));
    setActive(next);
    virtual.scrollToIndex(next);
  };

  const activeEntry = entries[active];
  const activeDrawn = items.some((item) => item.index === active);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid cannot be a table element: its rows are placed by hand
    <div
      ref={scroller}
      className={classes.table}
      role="grid"
      aria-label={t('table')}
      aria-rowcount={more ? -1 : entries.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={activeDrawn && activeEntry !== undefined ? `audit-${activeEntry.seq}` : undefined}
      tabIndex={0}
      onKeyDown={walk}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: focus stays on the grid, rows are active descendants */}
      <div className={classes.head} role="row" aria-rowindex={1}>
        {columns.map((column) => (
          // biome-ignore lint/a11y/useSemanticElements: see above
          // biome-ignore lint/a11y/useFocusableInteractive: see above
          <div key={column} role="columnheader">
            {t(`column.${column}`)}
          </div>
        ))}
      </div>
      <div className={classes.rows} style={{ height: virtual.getTotalSize() }} role="presentation">
        {items.map((item) => {
          const entry = entries[item.index];
          if (entry === undefined) return null;
          return (
            <Row
              key={item.key}
              entry={entry}
              index={item.index}
              top={item.start}
              active={item.index === active}
              onChoose={setActive}
              onOpen={onOpen}
            />
          );
        })}
      </div>
      {failed && (
        <p className={classes.more} role="alert">
          {t('moreFailed')}{' '}
          <button type="button" className={classes.clear} onClick={onMore}>
            {t('again')}
          </button>
        </p>
      )}
      {loadingMore && (
        <p className={classes.more} role="status">
          {t('loadingMore')}
        </p>
      )}
    </div>
  );
}

type RowProps = {
  readonly entry: AuditLine;
  readonly index: number;
  readonly top: number;
  readonly active: boolean;
  readonly onChoose: (index: number) => void;
  readonly onOpen: (entry: AuditLine) => void;
};

const Row = memo(function Row({ entry, index, top, active, onChoose, onOpen }: RowProps) {
  const { t } = useTranslation('audit');
  const words = useAuditWords();
  const cells = [
    <time key="when" className={classes.when} dateTime={new Date(entry.recorded).toISOString()}>
      {words.when(entry.recorded)}
    </time>,
    <span key="who">
      <bdi>{entry.user ?? t('nobody')}</bdi>
      {entry.roles.length > 0 && <span className={classes.soft}> · {entry.roles.map(words.role).join(', ')}</span>}
    </span>,
    <strong key="what">{words.event(entry.event)}</strong>,
    <bdi key="object">{words.object(entry)}</bdi>,
    <bdi key="where" className={classes.soft}>
      {entry.where}
    </bdi>,
    <span key="purpose" className={classes.soft}>
      {words.purpose(entry.purpose)}
    </span>,
    <OutcomeChip key="outcome" outcome={entry.outcome} />,
  ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a virtualised grid
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles keys for its active row
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the grid
    <div
      id={`audit-${entry.seq}`}
      className={classes.row}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => {
        onChoose(index);
        onOpen(entry);
      }}
    >
      {cells.map((cell) => (
        // biome-ignore lint/a11y/useSemanticElements: cells of a virtualised grid
        // biome-ignore lint/a11y/useFocusableInteractive: focus stays on the grid
        <div key={cell.key} role="gridcell">
          {cell}
        </div>
      ))}
    </div>
  );
});
