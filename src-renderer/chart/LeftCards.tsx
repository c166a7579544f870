import { memo, type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dosageText } from '../../src-shared/fhir/display.ts';
import { listAt } from '../../src-shared/fhir/json.ts';
import { Card, Chip } from '../ui/index.ts';
import classes from './chart.module.css';
import { ItemRow } from './ItemRow.tsx';
import { type Chart, type Item, isOver, ofTypes, reactionText } from './model/chart.ts';

export type Addable = 'problem' | 'allergy' | 'medication';
type Props = {
  readonly chart: Chart;
  readonly mayWrite: boolean;
  readonly onAdd: (what: Addable) => void;
  readonly onOpen: (item: Item) => void;
};

const dose = (item: Item) =>
  [...listAt(item.json, 'dosage'), ...listAt(item.json, 'dosageInstruction')]
    .flatMap((dosage) => dosageText(dosage) ?? [])
    .join('; ');

const currentFirst = (items: readonly Item[]) => [...items.filter((item) => !isOver(item)), ...items.filter(isOver)];

/** What is true now. */
export const LeftCards = memo(function LeftCards({ chart, mayWrite, onAdd, onOpen }: Props) {
  const { t } = useTranslation('chart');
  const problems = useMemo(() => currentFirst(ofTypes(chart.items, ['Condition'])), [chart]);
  const medications = useMemo(
    () => currentFirst(ofTypes(chart.items, ['MedicationStatement', 'MedicationRequest'])),
    [chart],
  );
  const immunizations = useMemo(() => ofTypes(chart.items, ['Immunization']), [chart]);
  const consents = useMemo(() => ofTypes(chart.items, ['Consent']), [chart]);
  const allergies = useMemo(() => currentFirst(chart.allergies), [chart]);
  const add = (what: Addable) => (mayWrite ? <AddButton what={what} onAdd={onAdd} /> : undefined);
  return (
    <>
      <Card title={t('allergies')} action={add('allergy')}>
        <Rows items={allergies} none={t('none.allergies')}>
          {(item) => <ItemRow key={item.row.id} item={item} sub={reactionText(item)} onOpen={onOpen} />}
        </Rows>
      </Card>
      <Card title={t('problems')} action={add('problem')}>
        <Rows items={problems} none={t('none.problems')}>
          {(item) => <ItemRow key={item.row.id} item={item} onOpen={onOpen} />}
        </Rows>
      </Card>
      <Card title={t('medications')} action={add('medication')}>
        <Rows items={medications} none={t('none.medications')}>
          {(item) => <ItemRow key={item.row.id} item={item} sub={dose(item)} since onOpen={onOpen} />}
        </Rows>
      </Card>
      <Card title={t('immunizations')}>
        <Rows items={immunizations} none={t('none.immunizations')}>
          {(item) => (
            <ItemRow
              key={item.row.id}
              item={item}
              sub={item.facts.status === 'not-done' ? t('status.not-done') : undefined}
              onOpen={onOpen}
            />
          )}
        </Rows>
      </Card>
      {consents.length > 0 && (
        <Card title={t('consents')}>
          <ul className={classes.items}>
            {consents.map((item) => (
              <li key={item.row.id}>
                <button type="button" className={classes.item} onClick={() => onOpen(item)}>
                  <bdi className={classes.itemText}>{item.title}</bdi>
                  <Chip tone={item.facts.status === 'active' ? 'good' : 'plain'}>
                    {t(`consent.${item.facts.status}`, { defaultValue: item.facts.status ?? '' })}
                  </Chip>
                </button>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
});

function AddButton({ what, onAdd }: { readonly what: Addable; readonly onAdd: (what: Addable) => void }) {
  const { t } = useTranslation('chart');
  return (
    <button type="button" className={classes.cardAction} aria-label={t(`addLabel.${what}`)} onClick={() => onAdd(what)}>
      {t('add')}
    </button>
  );
}

const short = 12;

/** A card's lines; a long list is cut and opened on demand. */
function Rows({
  items,
  none,
  children,
}: {
  readonly items: readonly Item[];
  readonly none: string;
  readonly children: (item: Item) => ReactNode;
}) {
  const { t } = useTranslation('chart');
  const [whole, setWhole] = useState(false);
  if (items.length === 0) return <p className={classes.quiet}>{none}</p>;
  const shown = whole || items.length <= short + 2 ? items : items.slice(0, short);
  return (
    <>
      <ul className={classes.items}>{shown.map(children)}</ul>
      {shown.length < items.length && (
        <button type="button" className={classes.cardAction} onClick={() => setWhole(true)}>
          {t('showMore', { count: items.length - shown.length })}
        </button>
      )}
    </>
  );
}
