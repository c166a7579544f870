import { TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fullName } from '../find/names.ts';
import { usePatientSearch } from '../find/use-search.ts';
import { useFormat } from '../ui/index.ts';
import classes from './access-report.module.css';

export type Chosen = { readonly id: string; readonly name: string };

/** Found by the same search as everywhere; Enter takes the first, Tab walks on to the others. */
export function ChoosePatient({ onChoose }: { readonly onChoose: (chosen: Chosen) => void }) {
  const { t } = useTranslation('accessReport');
  const format = useFormat();
  const [text, setText] = useState('');
  const { answer, answered } = usePatientSearch(text);
  const hits = text.trim() === '' ? [] : (answer?.hits ?? []).slice(0, 8);
  const [first] = hits;
  const take = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || first === undefined || answered !== text.trim()) return;
    event.preventDefault();
    onChoose({ id: first.id, name: fullName(first) });
  };
  return (
    <>
      <TextInput
        aria-label={t('dialog.find')}
        placeholder={t('dialog.find')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={take}
        data-autofocus
      />
      <ul className={classes.hits}>
        {hits.map((hit) => (
          <li key={hit.id}>
            <button type="button" className={classes.hit} onClick={() => onChoose({ id: hit.id, name: fullName(hit) })}>
              <bdi>{fullName(hit)}</bdi>
              <span className="ck-dim">{format.date(hit.birthDate ?? '')}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="ck-dim" role="status">
        {text.trim() !== '' && answered === text.trim() && hits.length === 0 && t('dialog.nobody')}
      </p>
    </>
  );
}
