import { NativeSelect, Radio, Switch, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportSpan } from '../../src-shared/contract/access-report.ts';
import type { Language } from '../../src-shared/contract/primitives.ts';
import { useCan } from '../app/session.tsx';
import { call, errorValueOf, useProcedure } from '../client.ts';
import { isLanguage, languageNames, languages } from '../i18n.ts';
import { FormDialog } from '../patient/FormDialog.tsx';
import { ManagedNote, useNothingLeaves } from '../policies/index.ts';
import { ErrorState, LoadingSkeleton, notifyDone } from '../ui/index.ts';
import classes from './access-report.module.css';
import { Preview } from './Preview.tsx';
import { SpanField } from './SpanField.tsx';

const forms = ['pdf', 'fhir'] as const;
type Props = {
  readonly patientId: string;
  /** Where the page does not say whose record it is. */
  readonly name?: string;
  readonly onClose: () => void;
};

/** Looks at who accessed a record, and makes the report that the patient gets. */
export function AccessReportDialog({ patientId, name, onClose }: Props) {
  const { t } = useTranslation('accessReport');
  const can = useCan();
  const closed = useNothingLeaves();
  const [span, setSpan] = useState<ReportSpan>('three-years');
  const [ready, setReady] = useState(true);
  const [form, setForm] = useState<(typeof forms)[number]>('pdf');
  const [chosen, setChosen] = useState<Language | null>(null);
  const [withNames, setWithNames] = useState(false);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const preview = useProcedure('accessReports.preview', { patientId, span }, { keepPrevious: true, staleTime: 60_000 });
  const language = chosen ?? preview.data?.language ?? null;

  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const names = withNames ? { reason } : null;
      const { saved } = await call('accessReports.make', { patientId, span, form, language, names });
      if (!saved) return;
      notifyDone(t('dialog.saved'));
      onClose();
    } catch (thrown) {
      // closing the system's dialog without a choice is no error
      if (errorValueOf(thrown).code !== 'nothing-chosen') setError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <FormDialog
      title={
        name === undefined ? (
          t('dialog.title')
        ) : (
          <>
            {t('dialog.title')} · <bdi>{name}</bdi>
          </>
        )
      }
      submitLabel={t('dialog.save')}
      size={860}
      dirty={reason !== ''}
      busy={busy}
      error={error}
      submitDisabled={closed || !ready || preview.isError || (withNames && reason.trim() === '')}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <SpanField
        onChange={(next) => {
          setReady(next !== null);
          if (next !== null) setSpan(next);
        }}
      />
      <div className={classes.preview} aria-busy={preview.isFetching}>
        {preview.isPending ? (
          <LoadingSkeleton rows={6} />
        ) : preview.isError ? (
          <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
        ) : (
          <Preview answer={preview.data} />
        )}
      </div>
      <div className={classes.choices}>
        <Radio.Group
          label={t('dialog.form')}
          value={form}
          onChange={(value) => setForm(forms.find((each) => each === value) ?? form)}
        >
          <div className={classes.radios}>
            {forms.map((each) => (
              <Radio key={each} value={each} label={t(`dialog.${each}`)} />
            ))}
          </div>
        </Radio.Group>
        <NativeSelect
          label={t('dialog.language')}
          value={language ?? 'en'}
          disabled={language === null}
          onChange={(event) => {
            if (isLanguage(event.currentTarget.value)) setChosen(event.currentTarget.value);
          }}
          data={languages.map((value) => ({ value, label: languageNames[value] }))}
        />
      </div>
      {can('access-report:names') && (
        <Switch
          label={t('dialog.names')}
          description={t('dialog.namesText')}
          checked={withNames}
          onChange={(event) => setWithNames(event.currentTarget.checked)}
        />
      )}
      {closed && <ManagedNote why="no-export" />}
      {withNames && (
        <Textarea
          label={t('dialog.reason')}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={1000}
          autosize
          minRows={2}
          maxRows={5}
          required
        />
      )}
    </FormDialog>
  );
}
