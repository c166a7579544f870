import type { KeyboardEvent } from 'react';

const steps: Readonly<Record<string, 'next' | 'previous' | 'first' | 'last'>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Home: 'first',
  End: 'last',
};

/** In a list of buttons: arrows go from line to line, Enter opens. */
export function walk(event: KeyboardEvent<HTMLUListElement>): void {
  const step = steps[event.key];
  if (step === undefined) return;
  const lines = [...event.currentTarget.querySelectorAll('button')];
  const active = document.activeElement;
  const at = active instanceof HTMLButtonElement ? lines.indexOf(active) : -1;
  const to = { next: at + 1, previous: at - 1, first: 0, last: lines.length - 1 }[step];
  event.preventDefault();
  lines[Math.max(0, Math.min(to, lines.length - 1))]?.focus();
}
