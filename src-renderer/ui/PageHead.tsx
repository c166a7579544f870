import { type ReactNode, useEffect, useRef } from 'react';
import { useHeadingFocus } from './heading-focus.ts';

type PageHeadProps = {
  readonly title: ReactNode;
  /** Name in the window's title. Never a patient's. */
  readonly windowTitle?: string;
  readonly chips?: ReactNode;
  readonly actions?: ReactNode;
  readonly text?: ReactNode;
  /** Moves the focus to the heading when the page opens (default). Off where a first field takes it. */
  readonly focus?: boolean;
};

/** The page's one h1, what stands beside it and what one can do here. */
export function PageHead({ title, windowTitle, chips, actions, text, focus = true }: PageHeadProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useHeadingFocus(heading, focus);
  useEffect(() => {
    document.title = windowTitle === undefined ? 'Carekeep' : `${windowTitle} – Carekeep`;
  }, [windowTitle]);
  return (
    <header className="ck-page-head">
      <div className="ck-page-head-text">
        <div className="ck-page-head-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {chips}
        </div>
        {text !== undefined && <p className="ck-dim">{text}</p>}
      </div>
      {actions !== undefined && <div className="ck-page-head-actions">{actions}</div>}
    </header>
  );
}
