import { Button } from '@mantine/core';
import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConflictLine } from '../../src-shared/contract/sync.ts';
import { useGo } from '../app/navigation.ts';
import { useAction, useProcedure, useRefresh } from '../client.ts';
import { useSyncStanding } from '../sync/index.ts';
import { announce, Card, EmptyState, ErrorState, LoadingSkeleton, PageHead, useShortcut } from '../ui/index.ts';
import { type Choice, ConflictCard } from './ConflictCard.tsx';
import classes from './conflicts.module.css';
import { keyOfLine } from './words.ts';

const nothing: readonly ConflictLine[] = [];

/** Two people changed the same field without seeing each other: both values, and one click to settle it. */
export function ConflictsPage() {
  const { t } = useTranslation('conflicts');
  const go = useGo();
  const refresh = useRefresh();
  const only = useRouterState({ select: ({ location }) => location.state.conflictsOf ?? null });
  const list = useProcedure('conflicts.list', { patientId: only }, { keepPrevious: true });
  const settle = useAction('conflicts.settle', { stale: ['conflicts', 'sync.status', 'chart', 'patients'] });
  // what was settled leaves the screen at once; core's next list leaves it out too
  const [settled, setSettled] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const cards = useRef(new Map<string, HTMLElement>());
  const empty = useRef<HTMLDivElement>(null);
  const lines = (list.data?.conflicts ?? nothing).filter((line) => !settled.has(keyOfLine(line)));
  const current = lines.find((line) => keyOfLine(line) === at) ?? lines[0];

  const known = useSyncStanding()?.conflicts ?? 0;
  const before = useRef(known);
  useEffect(() => {
    // another one came in, or somebody at another desk settled one, while the list was on screen
    if (known !== before.current) void refresh(['conflicts']);
    before.current = known;
  }, [known, refresh]);

  const decide = async (line: ConflictLine, choose: Choice) => {
    if (settle.isPending) return;
    const key = keyOfLine(line);
    const index = lines.findIndex((each) => keyOfLine(each) === key);
    const next = lines[index + 1] ?? lines[index - 1];
    setFailed(null);
    try {
      await settle.mutateAsync({
        id: line.id,
        field: line.field,
        version: line.lost.version,
        choose,
        expectedVersion: line.expectedVersion,
      });
    } catch {
      // shown on the card; what it stands on may be another by now
      setFailed(key);
      setAt(key);
      await refresh(['conflicts']);
      return;
    }
    setSettled((all) => new Set([...all, key]));
    announce(next === undefined ? t('none.title') : t('settled', { count: lines.length - 1 }));
    if (next === undefined) {
      empty.current?.focus();
      return;
    }
    setAt(keyOfLine(next));
    cards.current.get(keyOfLine(next))?.focus();
  };
  const byKey = (choose: Choice) => {
    if (current !== undefined) void decide(current, choose);
  };
  useShortcut('keepShown', () => byKey('shown'), current !== undefined);
  useShortcut('takeOther', () => byKey('lost'), current !== undefined);

  const more = list.data?.more ?? 0;
  return (
    <div className={classes.page}>
      <PageHead
        title={t('title')}
        windowTitle={t('title')}
        text={t('text')}
        actions={
          only !== null && (
            <Button variant="default" onClick={() => go.conflicts(null)}>
              {t('all')}
            </Button>
          )
        }
      />
      <div ref={empty} tabIndex={-1} className={classes.list}>
        {list.isPending ? (
          <Card label={t('title')}>
            <LoadingSkeleton rows={5} rowHeight={44} />
          </Card>
        ) : list.error !== null && lines.length === 0 ? (
          <Card label={t('title')}>
            <ErrorState error={list.error} onRetry={() => void list.refetch()} />
          </Card>
        ) : lines.length === 0 ? (
          <Card label={t('title')}>
            <EmptyState title={t('none.title')} text={t('none.text')} />
          </Card>
        ) : (
          lines.map((line) => {
            const key = keyOfLine(line);
            return (
              <ConflictCard
                key={key}
                line={line}
                current={line === current}
                busy={settle.isPending}
                error={failed === key ? settle.error : null}
                onFocus={() => setAt(key)}
                onSettle={(choose) => void decide(line, choose)}
                ref={(element) => {
                  if (element === null) cards.current.delete(key);
                  else cards.current.set(key, element);
                }}
              />
            );
          })
        )}
        {more > 0 && <p className="ck-dim">{t('more', { count: more })}</p>}
      </div>
    </div>
  );
}
