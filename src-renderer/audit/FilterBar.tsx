import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditCounts } from '../../src-shared/contract/audit-filter.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import { useCan } from '../app/session.tsx';
import { Card, useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { FilterChips } from './FilterChips.tsx';
import type { Chosen } from './filter.ts';
import { SavedFilters } from './SavedFilters.tsx';
import { SearchBox } from './SearchBox.tsx';

type Props = {
  readonly chosen: Chosen;
  readonly overview: Output<'audit.overview'> | undefined;
  /** Null while it is counted. */
  readonly found: AuditCounts | null;
  readonly onChange: (chosen: Chosen) => void;
  readonly onRefresh: () => void;
};

/** What is looked for: words, saved filters, and a chip for each field. */
export function FilterBar({ chosen, overview, found, onChange, onRefresh }: Props) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const can = useCan();
  return (
    <Card label={t('filter.label')}>
      <div className={classes.filterRow}>
        <SearchBox text={chosen.text} onChange={(text) => onChange({ ...chosen, text })} />
        <SavedFilters
          chosen={chosen}
          filters={overview?.filters ?? []}
          devices={overview?.devices ?? []}
          onChange={onChange}
        />
        <span className={classes.filterEnd}>
          <span className="ck-dim" role="status">
            {found !== null &&
              t(found.complete ? 'found' : 'foundSoFar', { count: found.total, total: format.number(found.total) })}
          </span>
          <Button variant="default" size="xs" onClick={onRefresh}>
            {t('refresh')}
          </Button>
        </span>
      </div>
      <FilterChips
        chosen={chosen}
        people={overview?.people ?? []}
        devices={overview?.devices ?? []}
        purposes={overview?.purposes ?? []}
        choosePerson={can('audit:read')}
        choosePatient={can('patient:read')}
        onChange={onChange}
      />
    </Card>
  );
}
