/** Figures as lines of a table for a terminal. */
import type { Beside, Figure } from './figure.ts';
import { shown } from './measure.ts';

const heads = ['', 'figure', 'limit', 'peer', 'bound', 'holds'] as const;

function beside(other: Beside | undefined, unit: string): string {
  return other === undefined ? '' : `${other.name} ${shown(other.value)} ${unit} (${shown(other.ratio)}×)`;
}

function cells(figure: Figure): readonly string[] {
  return [
    figure.name,
    `${shown(figure.value)} ${figure.unit}`,
    beside(figure.limit, figure.unit),
    beside(figure.peer, figure.unit),
    figure.bound?.text ?? '',
    figure.bound === undefined ? '' : figure.bound.holds ? 'yes' : 'NO',
  ];
}

export function tableOf(figures: readonly Figure[]): readonly string[] {
  const rows = [[...heads], ...figures.map(cells)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd(),
  );
  const notes = figures.flatMap((figure) => (figure.note === undefined ? [] : [`  ${figure.name}: ${figure.note}`]));
  return [...lines, ...notes];
}
