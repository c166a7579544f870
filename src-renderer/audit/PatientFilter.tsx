import { Popover, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fullName } from '../find/names.ts';
import { usePatientSearch } from '../find/use-search.ts';
import { useFormat } from '../ui/index.ts';
import classes from './audit.module.css';

type Person = { readonly id: string; readonly name: string };
type Props = { readonly patient: Person | null; readonly onChange: (patient: Person | null) => void };

/** One patient's entries: found by the same search as everywhere. */
export function PatientFilter({ patient, onChange }: Props) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('');
  const { answer } = usePatientSearch(opened ? text : '');
  const take = (next: Person | null) => {
    onChange(next);
    setOpened(false);
    setText('');
  };
  const hits = text.trim() === '' ? [] : (answer?.hits ?? []);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus width={360}>
      <Popover.Target>
        <button
          type="button"
          className={classes.chip}
          data-set={patient !== null || undefined}
          onClick={() => setOpened(!opened)}
        >
          {t('filter.patient')}: <bdi>{patient?.name ?? t('filter.any')}</bdi>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={classes.popover} aria-label={t('filter.patient')}>
        <TextInput
          aria-label={t('filter.patient')}
          placeholder={t('filter.findPatient')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
        <button type="button" className={classes.option} aria-pressed={patient === null} onClick={() => take(null)}>
          {t('filter.any')}
        </button>
        {hits.slice(0, 8).map((hit) => (
          <button
            key={hit.id}
            type="button"
            className={classes.option}
            onClick={() => take({ id: hit.id, name: fullName(hit) })}
          >
            <bdi>{fullName(hit)}</bdi>
            <span className={classes.soft}>{format.date(hit.birthDate ?? '')}</span>
          </button>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
