import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../client.ts';
import { isLanguage } from '../../i18n.ts';
import { FormError } from '../../ui/FormError.tsx';
import { StepHeading } from '../StepHeading.tsx';

/** The 24 words, numbered, to write down or save as PDF for printing. */
export function KitShow({ words, onNext }: { readonly words: readonly string[]; readonly onNext: () => void }) {
  const { t, i18n } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [saved, setSaved] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    setError(null);
    try {
      const language = isLanguage(i18n.language) ? i18n.language : 'en';
      const answer = await call('setup.saveKit', { words: [...words], language });
      setSaved(answer.saved);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <div>
      <StepHeading>{t('kit.title')}</StepHeading>
      <p className="ck-start-text">{t('kit.text')}</p>
      <ol className="ck-kit" translate="no" lang="en">
        {words.map((word, index) => (
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
