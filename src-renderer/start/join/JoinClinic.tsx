import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { StartLayout } from '../StartLayout.tsx';
import { type JoinAnswers, JoinForm } from './JoinForm.tsx';
import { type Asked, JoinWords } from './JoinWords.tsx';

type JoinProps = { readonly onBack: () => void; readonly onDone: () => Promise<void> };

const nothingYet: JoinAnswers = { address: '', code: '', name: '' };

/** A new workstation of a clinic that is there already: address and code, six words compared, then sign-in. */
export function JoinClinic({ onBack, onDone }: JoinProps) {
  const { t } = useTranslation('start');
  const [answers, setAnswers] = useState(nothingYet);
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <StartLayout
      wide
      aside={
        <>
          <p className="ck-start-clinic">{asked?.clinicName ?? t('join.title')}</p>
          <p className="ck-start-sentence">{t('join.aside')}</p>
        </>
      }
      foot={<span>{t('join.foot')}</span>}
    >
      {asked === null ? (
        <JoinForm answers={answers} onAnswers={setAnswers} onBack={onBack} onAsked={setAsked} />
      ) : (
        <JoinWords
          asked={asked}
          onAgain={() => {
            setAnswers({ ...answers, code: '' });
            setAsked(null);
          }}
          onDone={onDone}
        />
      )}
    </StartLayout>
  );
}
