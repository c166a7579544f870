import { Combobox, InputBase, useCombobox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fullName } from '../find/names.ts';
import { usePatientSearch } from '../find/use-search.ts';
import { useFormat } from '../ui/index.ts';

export type Person = { readonly id: string; readonly name: string };
type PersonSearchProps = { readonly person: Person | null; readonly onChange: (person: Person | null) => void };

const shown = 6;

/** A patient, found as everywhere; typing on takes the choice back. */
export function PersonSearch({ person, onChange }: PersonSearchProps) {
  const { t } = useTranslation('retention');
  const format = useFormat();
  const [text, setText] = useState('');
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const { answer, answered } = usePatientSearch(person === null ? text : '');
  const hits = text.trim() === '' ? [] : (answer?.hits ?? []).slice(0, shown);
  const nobody = text.trim() !== '' && answered === text.trim() && hits.length === 0;
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => {
        const hit = hits.find((one) => one.id === id);
        if (hit === undefined) return;
        onChange({ id: hit.id, name: fullName(hit) });
        setText(fullName(hit));
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target>
        <InputBase
          label={t('holds.find')}
          placeholder={t('holds.find-hint')}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            onChange(null);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          autoComplete="off"
          required
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={person !== null || (hits.length === 0 && !nobody)}>
        <Combobox.Options>
          {hits.map((hit) => (
            <Combobox.Option key={hit.id} value={hit.id}>
              <bdi>{fullName(hit)}</bdi> <span className="ck-dim">{format.date(hit.birthDate ?? '')}</span>
            </Combobox.Option>
          ))}
          {nobody && <Combobox.Empty>{t('holds.nobody')}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
