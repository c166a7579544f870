import { useTranslation } from 'react-i18next';
import { conceptText, observationValueText, referenceRangeText } from '../../src-shared/fhir/display.ts';
import { listAt, member, textAt } from '../../src-shared/fhir/json.ts';
import classes from './chart.module.css';
import type { Chart, Item } from './model/chart.ts';

/** The results a report brings together, in its order. */
export function ReportResults({
  item,
  chart,
  onOpen,
}: {
  readonly item: Item;
  readonly chart: Chart;
  readonly onOpen: (item: Item) => void;
}) {
  const { t } = useTranslation('chart');
  const results = listAt(item.json, 'result');
  if (results.length === 0) return null;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('column.name')}</th>
          <th scope="col">{t('column.value')}</th>
          <th scope="col">{t('column.range')}</th>
        </tr>
      </thead>
      <tbody>
        {results.map((reference, index) => {
          const target = chart.follow(item.json, reference);
          const own = chart.byId.get(chart.idOf(reference) ?? '');
          const name = conceptText(member(target, 'code')) ?? textAt(reference, 'display') ?? '';
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a report's results never move
            <tr key={index}>
              <td>
                {own === undefined ? (
                  <bdi>{name}</bdi>
                ) : (
                  <button type="button" className={classes.linkLike} onClick={() => onOpen(own)}>
                    <bdi>{name}</bdi>
                  </button>
                )}
              </td>
              <td>
                <bdi>{observationValueText(target) ?? ''}</bdi>
              </td>
              <td>
                <bdi>{referenceRangeText(target) ?? ''}</bdi>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
