import { type ReactNode, useId } from 'react';

type CardProps = {
  /** Small grey head; also the section's accessible name. */
  readonly title?: ReactNode;
  /** Right side of the head: one quiet action or a number. */
  readonly action?: ReactNode;
  /** `accent`: teal border for what is being worked on; `danger`: red border. */
  readonly tone?: 'plain' | 'accent' | 'danger';
  /** No inner padding: tables and lists that reach the edge. */
  readonly flush?: boolean;
  /** Accessible name where there is no title. */
  readonly label?: string;
  readonly children: ReactNode;
};

/** White card with a hairline border. A titled or labelled card is a region a screen reader can go to. */
export function Card({ title, action, tone = 'plain', flush = false, label, children }: CardProps) {
  const id = useId();
  const named = title !== undefined;
  return (
    <section
      className="ck-card"
      data-tone={tone}
      data-flush={flush}
      aria-labelledby={named ? id : undefined}
      aria-label={named ? undefined : label}
    >
      {named && (
        <header className="ck-card-head">
          <h2 id={id}>{title}</h2>
          {action}
        </header>
      )}
      <div className="ck-card-body">{children}</div>
    </section>
  );
}
