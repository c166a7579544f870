import { useTranslation } from 'react-i18next';
import type { RequestLine } from '../../src-shared/contract/requests.ts';
import { Chip, type ChipTone, DateText } from '../ui/index.ts';
import { useRequestWords } from './words.ts';

const looks: { readonly [S in RequestLine['state']]: { readonly tone: ChipTone; readonly sign: string } } = {
  open: { tone: 'warn', sign: '●' },
  agreed: { tone: 'good', sign: '✓' },
  done: { tone: 'good', sign: '✓' },
  declined: { tone: 'danger', sign: '✕' },
  withdrawn: { tone: 'plain', sign: '–' },
  expired: { tone: 'plain', sign: '–' },
};

/** What became of earlier requests. */
export function HistoryTable({ requests }: { readonly requests: readonly RequestLine[] }) {
  const { t } = useTranslation('requests');
  const words = useRequestWords();
  return (
    <div className="ck-table-scroll">
      <table className="ck-table">
        <thead>
          <tr>
            <th scope="col">{t('column.when')}</th>
            <th scope="col">{t('column.what')}</th>
            <th scope="col">{t('column.asked')}</th>
            <th scope="col">{t('column.agreed')}</th>
            <th scope="col">{t('column.state')}</th>
          </tr>
        </thead>
        <tbody>
          {requests.map((request) => (
            <tr key={request.id}>
              <td className="ck-dim">
                <DateText at={request.ended?.at ?? request.askedAt} />
              </td>
              <td className="ck-request-what">{words(request)}</td>
              <td>{request.askedBy}</td>
              <td>{request.agreedBy ?? '–'}</td>
              <td>
                <Chip {...looks[request.state]}>{t(`state.${request.state}`)}</Chip>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
