import { Button, Tabs } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EmergencyAccess } from '../../src-shared/contract/access.ts';
import { AccessTab, EmergencyBand, RestrictedChart } from '../access/index.ts';
import { AccessReportButton } from '../access-report/index.ts';
import { useGo } from '../app/navigation.ts';
import { useCan } from '../app/session.tsx';
import { errorValueOf, useProcedure } from '../client.ts';
import { PatientConflicts } from '../conflicts/PatientConflicts.tsx';
import { isoToday } from '../find/today.ts';
import { NotesTab, useDrafts } from '../notes/index.ts';
import { EditPatientDialog } from '../patient/index.ts';
import { ExportButton } from '../policies/index.ts';
import { ariaKeys, Card, ErrorState, Kbd, LoadingSkeleton, useShortcut } from '../ui/index.ts';
import { Banner, headOfFacts } from './Banner.tsx';
import { AllergyDialog, MedicationDialog, ProblemDialog } from './ChartForms.tsx';
import classes from './chart.module.css';
import { DocumentsTab, documentsOf } from './DocumentsTab.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { ItemDrawer } from './ItemDrawer.tsx';
import { ItemRow } from './ItemRow.tsx';
import { type Addable, LeftCards } from './LeftCards.tsx';
import { MeasuredCard } from './MeasuredCard.tsx';
import { type Item, readChart } from './model/chart.ts';
import { measured as measuredOf } from './model/series.ts';
import { PersonBanner } from './PersonBanner.tsx';
import { RecordsTab } from './RecordsTab.tsx';
import { ResultsTab } from './ResultsTab.tsx';
import { TimelineTab } from './TimelineTab.tsx';
import { VitalsDialog } from './VitalsDialog.tsx';

const tabs = ['notes', 'timeline', 'results', 'documents', 'records', 'access'] as const;
type Tab = (typeof tabs)[number];
type Dialog = Addable | 'vitals' | 'edit' | 'export';

const noEmergencies: readonly EmergencyAccess[] = [];

type Props = { readonly patientId: string; readonly tab: string | null };

/** The chart: what is true now on the left, what happens in the middle, what is measured on the right. */
export function FullChart({ patientId, tab }: Props) {
  const { t } = useTranslation('chart');
  const can = useCan();
  const go = useGo();
  const { data, error, isPending, refetch } = useProcedure('chart.open', { patientId }, { staleTime: 30_000 });
  const access = useProcedure('access.get', { patientId }, { staleTime: 30_000 });
  const chart = useMemo(() => (data === undefined ? null : readChart(data, isoToday())), [data]);
  const measured = useMemo(() => (chart === null ? null : measuredOf(chart.items)), [chart]);
  const documents = useMemo(() => (chart === null ? [] : documentsOf(chart)), [chart]);
  const drafts = useDrafts(patientId, data?.drafts);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [itemId, setItemId] = useState<string | null>(null);
  const [series, setSeries] = useState('');
  const current: Tab = tabs.find((each) => each === tab) ?? 'notes';

  const show = useCallback((next: Tab) => go.chart(patientId, next), [go, patientId]);
  const openItem = useCallback((item: Item) => setItemId(item.row.id), []);
  const openSource = useCallback((id: string) => setItemId(id), []);
  const openSeries = useCallback(
    (key: string) => {
      setSeries(key);
      show('results');
    },
    [show],
  );
  const record = useCallback(() => setDialog('vitals'), []);
  const { begin } = drafts;
  const newNote = useCallback(() => {
    show('notes');
    begin(null);
  }, [begin, show]);
  const close = useCallback(() => setDialog(null), []);

  const closed = error !== null && errorValueOf(error).code === 'restricted';
  const idle = !closed && dialog === null && itemId === null && chart !== null;
  const mayWrite = can('chart:write');
  useShortcut('newNote', newNote, can('note:write') && idle);
  useShortcut('vitals', record, mayWrite && idle);

  const head = chart?.patient == null ? null : headOfFacts(chart.patient);
  if (closed) {
    return (
      <div className={classes.page}>
        <RestrictedChart patientId={patientId} banner={<PersonBanner patientId={patientId} />} />
      </div>
    );
  }
  const running = access.data?.running ?? null;
  const mayExport = can('patient:export') || can('patient:print');
  return (
    <div className={classes.page}>
      <Banner
        head={head}
        masked={data?.masked ?? []}
        allergies={chart?.allergyState ?? null}
        onAllergy={openItem}
        band={
          running !== null &&
          access.data !== undefined && <EmergencyBand patientId={access.data.patientId} running={running} />
        }
        actions={
          chart !== null && (
            <>
              <AccessReportButton patientId={patientId} />
              {mayExport && (
                <ExportButton variant="default" onClick={() => setDialog('export')}>
                  {t('exportButton')}
                </ExportButton>
              )}
              {can('patient:write') && (
                <Button variant="default" onClick={() => setDialog('edit')}>
                  {t('edit')}
                </Button>
              )}
              {can('note:write') && (
                <Button onClick={newNote} aria-keyshortcuts={ariaKeys('newNote')} rightSection={<Kbd of="newNote" />}>
                  {t('newNote')}
                </Button>
              )}
            </>
          )
        }
      />
      <PatientConflicts patientId={patientId} />
      {error !== null && chart === null ? (
        <Card label={t('windowTitle')}>
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      ) : isPending || chart === null || measured === null ? (
        <Loading />
      ) : (
        <div className={classes.columns}>
          <aside className={classes.column} aria-label={t('column.left')}>
            <LeftCards chart={chart} mayWrite={mayWrite} onAdd={setDialog} onOpen={openItem} />
          </aside>
          <Tabs
            value={current}
            onChange={(value) => show(tabs.find((each) => each === value) ?? 'notes')}
            keepMounted={false}
            className={classes.middle}
          >
            <Tabs.List className={classes.tabs} aria-label={t('tabs')}>
              {tabs.map((each) => (
                <Tabs.Tab key={each} value={each}>
                  {t(`tab.${each}`)}
                  {each === 'documents' && documents.length > 0 && (
                    <span className={classes.count}> {documents.length}</span>
                  )}
                  {each === 'records' && <span className={classes.count}> {chart.all.length}</span>}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            <Tabs.Panel value="notes">
              <NotesTab chart={chart} drafts={drafts} onSource={openSource} />
            </Tabs.Panel>
            <Tabs.Panel value="timeline">
              <TimelineTab chart={chart} emergencies={access.data?.emergencies ?? noEmergencies} onOpen={openItem} />
            </Tabs.Panel>
            <Tabs.Panel value="results">
              <ResultsTab chart={chart} measured={measured} chosen={series} onChoose={setSeries} onOpen={openItem} />
            </Tabs.Panel>
            <Tabs.Panel value="documents">
              <DocumentsTab chart={chart} documents={documents} onOpen={openItem} />
            </Tabs.Panel>
            <Tabs.Panel value="records">
              <RecordsTab chart={chart} onOpen={openItem} />
            </Tabs.Panel>
            <Tabs.Panel value="access">
              <AccessTab patientId={patientId} />
            </Tabs.Panel>
          </Tabs>
          <aside className={classes.column} aria-label={t('column.right')}>
            <MeasuredCard measured={measured} mayWrite={mayWrite} onRecord={record} onSeries={openSeries} />
            <Card title={t('documents')}>
              {documents.length === 0 ? (
                <p className={classes.quiet}>{t('none.documents')}</p>
              ) : (
                <ul className={classes.items}>
                  {documents.slice(0, 6).map((item) => (
                    <ItemRow key={item.row.id} item={item} onOpen={openItem} />
                  ))}
                </ul>
              )}
            </Card>
          </aside>
          <ItemDrawer item={chart.byId.get(itemId ?? '') ?? null} chart={chart} onClose={() => setItemId(null)} />
        </div>
      )}
      {dialog === 'problem' && <ProblemDialog patientId={patientId} onClose={close} />}
      {dialog === 'medication' && <MedicationDialog patientId={patientId} onClose={close} />}
      {dialog === 'allergy' && (
        <AllergyDialog patientId={patientId} canSayNone={chart?.allergyState.kind === 'not-asked'} onClose={close} />
      )}
      {dialog === 'vitals' && <VitalsDialog patientId={patientId} onClose={close} />}
      {dialog === 'edit' && <EditPatientDialog patientId={patientId} onClose={close} />}
      {dialog === 'export' && <ExportDialog patientId={patientId} onClose={close} />}
    </div>
  );
}

/** Cards of the height the full ones will have, so that nothing jumps. */
function Loading() {
  const { t } = useTranslation('chart');
  return (
    <div className={classes.columns} aria-busy="true">
      <div className={classes.column}>
        <Card title={t('allergies')}>
          <LoadingSkeleton rows={2} />
        </Card>
        <Card title={t('problems')}>
          <LoadingSkeleton rows={4} />
        </Card>
        <Card title={t('medications')}>
          <LoadingSkeleton rows={4} />
        </Card>
      </div>
      <div className={classes.middle}>
        <Card label={t('tab.notes')}>
          <LoadingSkeleton rows={8} />
        </Card>
      </div>
      <div className={classes.column}>
        <Card title={t('vitalsAndResults')}>
          <LoadingSkeleton rows={6} rowHeight={60} />
        </Card>
      </div>
    </div>
  );
}
