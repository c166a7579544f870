import { Button, Menu, Popover, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SavedFilterLine } from '../../src-shared/contract/audit-filter.ts';
import { useAction } from '../client.ts';
import { useErrorText } from '../ui/index.ts';
import classes from './audit.module.css';
import { type Chosen, kept, nothingChosen, sameChoice, unkept } from './filter.ts';

type Props = {
  readonly chosen: Chosen;
  readonly filters: readonly SavedFilterLine[];
  readonly devices: readonly { readonly id: string; readonly name: string }[];
  readonly onChange: (chosen: Chosen) => void;
};

/** One's own filters by name: take one up, keep the one in force, let one go. */
export function SavedFilters({ chosen, filters, devices, onChange }: Props) {
  const { t } = useTranslation('audit');
  const errorText = useErrorText();
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const save = useAction('audit.saveFilter', { stale: ['audit.overview'] });
  const remove = useAction('audit.deleteFilter', { stale: ['audit.overview'] });
  const choices = filters.map((line) => ({
    line,
    choice: unkept(line, (id) => devices.find((device) => device.id === id)?.name ?? id),
  }));
  const current = choices.find(({ choice }) => sameChoice(choice, chosen))?.line;
  const plain = sameChoice(chosen, nothingChosen);
  const close = () => {
    setNaming(false);
    setName('');
    save.reset();
  };
  return (
    <Popover
      opened={naming}
      onChange={(open) => !open && close()}
      position="bottom-start"
      trapFocus
      returnFocus
      width={300}
    >
      <Menu position="bottom-start" withinPortal>
        <Popover.Target>
          <Menu.Target>
            <button type="button" className={classes.chip} data-set={current !== undefined || undefined}>
              {current === undefined ? t('saved.label') : <bdi>{current.name}</bdi>} <span aria-hidden="true">▾</span>
            </button>
          </Menu.Target>
        </Popover.Target>
        <Menu.Dropdown mah={360} className={classes.menu}>
          {choices.length === 0 && <Menu.Label>{t('saved.none')}</Menu.Label>}
          {choices.map(({ line, choice }) => (
            <Menu.Item
              key={line.id}
              onClick={() => onChange(choice)}
              aria-current={line === current || undefined}
              fw={line === current ? 600 : 400}
            >
              <bdi>{line.name}</bdi>
            </Menu.Item>
          ))}
          <Menu.Divider />
          {current === undefined ? (
            <Menu.Item disabled={plain} onClick={() => setNaming(true)}>
              {t('saved.save')}
            </Menu.Item>
          ) : (
            <Menu.Item color="red" onClick={() => remove.mutate({ id: current.id })}>
              {t('saved.delete', { name: current.name })}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Popover.Dropdown aria-label={t('saved.save')}>
        <form
          className={classes.naming}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() === '') return;
            save.mutate({ name, filter: kept(chosen) }, { onSuccess: close });
          }}
        >
          <TextInput
            label={t('saved.name')}
            value={name}
            maxLength={60}
            onChange={(event) => setName(event.currentTarget.value)}
            error={save.error === null ? null : errorText(save.error)}
            data-autofocus
          />
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
            {t('saved.keep')}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
