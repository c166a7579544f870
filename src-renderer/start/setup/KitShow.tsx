import { Button, Group, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isLanguage } from '../../i18n.ts';
import { FormError } from '../../ui/FormError.tsx';
import { StepHeading } from '../StepHeading.tsx';
import { type Kit, type KitDoor, sheetsOf } from './kit.ts';

type KitShowProps = { readonly kit: Kit; readonly door: KitDoor; readonly onNext: () => void };

/** The words, numbered, sheet by sheet, to write down or save as PDF for printing. */
export function KitShow({ kit, door, onNext }: KitShowProps) {
  const { t, i18n } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [sheet, setSheet] = useState(0);
  const [saved, setSaved] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const sheets = sheetsOf(kit);
  const save = async () => {
    setError(null);
    try {
      const language = isLanguage(i18n.language) ? i18n.language : 'en';
      const answer = await door.save({ words: [...kit.words], language });
      setSaved(answer.saved);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <div>
      <StepHeading>{t('kit.title')}</StepHeading>
      <p className="ck-start-text">{t(`kit.${kit.form}`)}</p>
      {sheets.length > 1 && (
        <SegmentedControl
          aria-label={t('kit.sheets')}
          fullWidth
          mb={10}
          data={sheets.map((_words, at) => ({ value: String(at), label: t('kit.sheet', { number: at + 1 }) }))}
          value={String(sheet)}
          onChange={(value) => setSheet(Number(value))}
        />
      )}
      <ol className="ck-kit" data-sheet={sheets.length > 1} translate="no" lang="en">
        {(sheets[sheet] ?? []).map((word, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice, its place is what it is
          <li key={index}>{word}</li>
        ))}
      </ol>
      <p className="ck-dim ck-start-text">{t('kit.print-hint')}</p>
      <p role="status" className="ck-good-text">
        {saved ? `✓ ${t('kit.saved')}` : ''}
      </p>
      <FormError error={error} />
      <Group justify="space-between" mt="md">
        <Button variant="default" onClick={() => void save()}>
          {t('kit.save')}
        </Button>
        <Button onClick={onNext}>{app('action.next')}</Button>
      </Group>
    </div>
  );
}
