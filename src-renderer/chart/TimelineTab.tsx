import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { EmergencyAccess } from '../../src-shared/contract/access.ts';
import { EmergencyLine } from '../access/index.ts';
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

type Row = { readonly id: string } & ({ readonly item: Item } | { readonly emergency: EmergencyAccess });

/** Both come newest first. */
function merged(items: readonly Item[], emergencies: readonly EmergencyAccess[]): Row[] {
  const rows: Row[] = items.map((item) => ({ id: item.row.id, item }));
  for (const emergency of emergencies) {
    const at = new Date(emergency.at).toISOString();
    const place = rows.findIndex((row) => 'item' in row && (row.item.row.date ?? '') < at);
    rows.splice(place < 0 ? rows.length : place, 0, { id: emergency.id, emergency });
  }
  return rows;
}

type Props = {
  readonly chart: Chart;
  readonly emergencies: readonly EmergencyAccess[];
  readonly onOpen: (item: Item) => void;
};

/** Encounters, notes, procedures and what else happened, who opened the chart in an emergency too; the newest first. */
export function TimelineTab({ chart, emergencies, onOpen }: Props) {
  const { t } = useTranslation('chart');
  const rows = useMemo(() => merged(ofTypes(chart.items, types), emergencies), [chart, emergencies]);
  return (
    <Card label={t('tab.timeline')} flush>
      {rows.length === 0 ? (
        <EmptyState title={t('none.timeline')} />
      ) : (
        <LongList rows={rows} rowHeight={53} label={t('tab.timeline')} keyOf={(row) => row.id}>
          {(row) =>
            'item' in row ? <Line item={row.item} onOpen={onOpen} /> : <EmergencyLine access={row.emergency} />
          }
        </LongList>
      )}
    </Card>
  );
}
