import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Card, EmptyState } from '../ui/index.ts';
import { Line } from './Line.tsx';
import { LongList } from './LongList.tsx';
import { type Chart, type Item, ofTypes } from './model/chart.ts';

const types = [
  'Encounter',
  'Composition',
  'Procedure',
  'DiagnosticReport',
  'DocumentReference',
  'Immunization',
  'ClinicalImpression',
  'ImagingStudy',
  'ServiceRequest',
  'Appointment',
  'EpisodeOfCare',
  'CarePlan',
] as const;

/** Encounters, notes, procedures and what else happened, the newest first. */
export function TimelineTab({ chart, onOpen }: { readonly chart: Chart; readonly onOpen: (item: Item) => void }) {
  const { t } = useTranslation('chart');
  const items = useMemo(() => ofTypes(chart.items, types), [chart]);
  return (
    <Card label={t('tab.timeline')} flush>
      {items.length === 0 ? (
        <EmptyState title={t('none.timeline')} />
      ) : (
        <LongList rows={items} rowHeight={53} label={t('tab.timeline')} keyOf={(item) => item.row.id}>
          {(item) => <Line item={item} onOpen={onOpen} />}
        </LongList>
      )}
    </Card>
  );
}
