import { type ReactNode, useEffect, useRef } from 'react';

/** Heading of a start screen. Takes the focus when it appears, unless a first field does. */
export function StepHeading({ children, focus = true }: { readonly children: ReactNode; readonly focus?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, [focus]);
  return (
    <h1 ref={heading} tabIndex={-1} className="ck-start-heading">
      {children}
    </h1>
  );
}
