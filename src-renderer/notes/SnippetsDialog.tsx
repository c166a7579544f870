import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Snippet } from '../../src-shared/contract/chart.ts';
import { useAction } from '../client.ts';
import { Chip, FormError } from '../ui/index.ts';
import classes from './notes.module.css';

type Props = { readonly snippets: readonly Snippet[]; readonly onClose: () => void };
type Editing = { readonly id: string | null; readonly name: string; readonly text: string };
const nothing: Editing = { id: null, name: '', text: '' };

/** One's own text blocks: add, change, remove. The clinic's stand beside them, for reading. */
export function SnippetsDialog({ snippets, onClose }: Props) {
  const { t } = useTranslation('notes');
  const [editing, setEditing] = useState(nothing);
  const save = useAction('snippets.save', { stale: ['snippets'] });
  const remove = useAction('snippets.remove', { stale: ['snippets'] });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    save.mutate(editing, { onSuccess: () => setEditing(nothing) });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('snippets.manage')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <ul className={classes.own}>
        {snippets.map((snippet) => (
          <li key={snippet.id}>
            <span>
              <bdi>
                <strong>{snippet.name}</strong>
              </bdi>{' '}
              {snippet.shared && <Chip>{t('snippets.shared')}</Chip>}
              <span className={classes.snippetText} dir="auto">
                {snippet.text}
              </span>
            </span>
            {!snippet.shared && (
              <span className={classes.ownActions}>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  aria-label={t('snippets.changeNamed', { name: snippet.name })}
                  onClick={() => setEditing({ id: snippet.id, name: snippet.name, text: snippet.text })}
                >
                  {t('snippets.change')}
                </Button>
                <Button
                  variant="subtle"
                  color="red"
                  size="compact-sm"
                  aria-label={t('snippets.removeNamed', { name: snippet.name })}
                  onClick={() => remove.mutate({ id: snippet.id })}
                >
                  {t('snippets.remove')}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      <form onSubmit={submit} className={classes.snippetForm} noValidate>
        <TextInput
          label={t('snippets.name')}
          maxLength={60}
          required
          value={editing.name}
          onChange={(event) => setEditing({ ...editing, name: event.currentTarget.value })}
          data-autofocus
        />
        <Textarea
          label={t('snippets.text')}
          maxLength={5000}
          rows={4}
          value={editing.text}
          onChange={(event) => setEditing({ ...editing, text: event.currentTarget.value })}
        />
        <FormError error={save.error ?? remove.error} />
        <div className={classes.formButtons}>
          {editing.id !== null && (
            <Button variant="default" onClick={() => setEditing(nothing)}>
              {t('cancel')}
            </Button>
          )}
          <Button type="submit" loading={save.isPending} disabled={editing.name.trim() === '' || editing.text === ''}>
            {t(editing.id === null ? 'snippets.add' : 'snippets.save')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
