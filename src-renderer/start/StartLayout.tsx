import type { ReactNode } from 'react';
import { Mark } from '../ui/Mark.tsx';

type StartLayoutProps = {
  /** Foot of the dark half: clinic and sentence, or the steps of the set-up. */
  readonly aside: ReactNode;
  readonly foot?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
};

/** Dark half with the name, light half with the one thing to do. */
export function StartLayout({ aside, foot, wide = false, children }: StartLayoutProps) {
  return (
    <div className="ck-start">
      <aside className="ck-start-dark">
        <div className="ck-start-brand">
          <Mark size={24} />
          <span>Carekeep</span>
        </div>
        <div className="ck-start-aside">{aside}</div>
        {foot !== undefined && <div className="ck-start-foot">{foot}</div>}
      </aside>
      <main className="ck-start-main">
        <div className="ck-start-box" data-wide={wide}>
          {children}
        </div>
      </main>
    </div>
  );
}
