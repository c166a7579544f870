import { memo, type ReactNode, useMemo } from 'react';
import classes from './chart.module.css';
import { type NarrativeNode, parseNarrative } from './model/narrative.ts';

/** A record's own narrative: known elements and text only, never HTML. */
export const Narrative = memo(function Narrative({ xhtml }: { readonly xhtml: string }) {
  const nodes = useMemo(() => parseNarrative(xhtml), [xhtml]);
  return (
    <div className={classes.narrative} dir="auto">
      {nodes.map(draw)}
    </div>
  );
});

function draw(node: NarrativeNode, key: number): ReactNode {
  if (node.kind === 'text') return node.text;
  const children = node.children.length === 0 ? null : node.children.map(draw);
  switch (node.name) {
    case 'br':
    case 'hr': {
      const Void = node.name;
      return <Void key={key} />;
    }
    // the page's own headings keep their order: those of a record are only strong
    case 'h1':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'h5':
    case 'h6':
      return (
        <p key={key}>
          <strong>{children}</strong>
        </p>
      );
    case 'th':
    case 'td': {
      const Cell = node.name;
      return (
        <Cell key={key} colSpan={node.span.columns} rowSpan={node.span.rows}>
          {children}
        </Cell>
      );
    }
    // a table may be wide: it scrolls by itself, reachable by keyboard
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
        <div key={key} className={classes.wide} tabIndex={0}>
          <table>{children}</table>
        </div>
      );
    default: {
      const Element = node.name;
      return <Element key={key}>{children}</Element>;
    }
  }
}
