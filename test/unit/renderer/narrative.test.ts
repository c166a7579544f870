import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type NarrativeNode, parseNarrative } from '../../../src-renderer/chart/model/narrative.ts';

const known = new Set(
  'div p br hr h1 h2 h3 h4 h5 h6 b strong i em u sub sup small pre code blockquote ul ol li dl dt dd table caption thead tbody tfoot tr th td'.split(
    ' ',
  ),
);

function words(nodes: readonly NarrativeNode[]): string {
  return nodes.map((node) => (node.kind === 'text' ? node.text : words(node.children))).join('');
}
function shape(nodes: readonly NarrativeNode[]): string {
  return nodes
    .map((node) => (node.kind === 'text' ? node.text : `<${node.name}>${shape(node.children)}</${node.name}>`))
    .join('');
}
/** Only what the screen can draw: known elements with two small numbers, and text. */
function demandHarmless(nodes: readonly NarrativeNode[], depth = 0): void {
  assert.ok(depth <= 70);
  for (const node of nodes) {
    if (node.kind === 'text') {
      assert.deepEqual(Object.keys(node).toSorted(), ['kind', 'text']);
      assert.equal(typeof node.text, 'string');
      continue;
    }
    assert.deepEqual(Object.keys(node).toSorted(), ['children', 'kind', 'name', 'span']);
    assert.ok(known.has(node.name), node.name);
    for (const figure of [node.span.columns, node.span.rows]) assert.ok(figure >= 1 && figure <= 50);
    demandHarmless(node.children, depth + 1);
  }
}

test('a narrative as the guides write them', () => {
  const tree = parseNarrative(
    '<div xmlns="http://www.w3.org/1999/xhtml"><p>Blood <b>A&nbsp;&lt; 5</b><br/>next</p>\n<table border="1">\n<tr>\n<td colspan="2" rowspan=\'3\'>1.50</td></tr></table></div>',
  );
  assert.equal(
    shape(tree),
    '<div><p>Blood <b>A\u00a0< 5</b><br></br>next</p>\n<table><tr><td>1.50</td></tr></table></div>',
  );
  const find = (nodes: readonly NarrativeNode[]): readonly NarrativeNode[] =>
    nodes.flatMap((node) => (node.kind === 'text' ? [] : node.name === 'td' ? [node] : find(node.children)));
  const [cell] = find(tree);
  assert.deepEqual(cell?.kind === 'element' && cell.span, { columns: 2, rows: 3 });
});

test('what is no text for people goes with its content, what follows stays', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<SCRIPT src="https://evil.example/x.js">if (a<b) x("</p>")</SCRIPT >',
    '<style>body{display:none}</style>',
    '<iframe srcdoc="&lt;script&gt;1&lt;/script&gt;">x</iframe>',
    '<svg onload="alert(1)"><text>x</text></svg>',
    '<math><mtext>x</mtext></math>',
    '<object data="x">x</object>',
    '<!-- <p>x</p> -->',
    '<?xml-stylesheet href="x"?>',
    '<!DOCTYPE div [<!ENTITY x "y">',
    '<template><p>x</p></template>',
  ];
  for (const bad of hostile) {
    const tree = parseNarrative(`<div>${bad}<p>stays</p></div>`);
    demandHarmless(tree);
    assert.match(words(tree), /stays$/, bad);
    assert.doesNotMatch(words(tree), /alert|display|mtext/, bad);
  }
});

test('unknown elements are a place their text stands in; attributes never come along', () => {
  const tree = parseNarrative(
    '<div><a href="javascript:alert(1)" onclick="x">link</a> <img src=x onerror="alert(1)" alt="a &amp; b"/><form action="x"><input value="v"/>in</form></div>',
  );
  assert.equal(shape(tree), '<div>link a & bin</div>');
  assert.doesNotMatch(JSON.stringify(tree), /javascript|onerror|href|action/);
});

test('character references: by name, by number, none that XML forbids, none that JavaScript would answer', () => {
  assert.equal(
    words(parseNarrative('&auml;&#228;&#xE4; &amp;lt; &unheardof; &#0;&#xD800;')),
    'äää &lt; &unheardof; \ufffd\ufffd',
  );
  for (const name of ['valueOf', 'toString', 'constructor', '__proto__'])
    assert.equal(words(parseNarrative(`&${name};`)), `&${name};`);
});

test('a reference decoded to markup stays text', () => {
  assert.equal(
    shape(parseNarrative('<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>')),
    '<p><script>alert(1)</script></p>',
  );
  assert.deepEqual(parseNarrative('<p>&lt;b&gt;</p>'), [
    {
      kind: 'element',
      name: 'p',
      span: { columns: 1, rows: 1 },
      children: [{ kind: 'text', text: '<b>' }],
    },
  ]);
  assert.equal(shape(parseNarrative('<p><![CDATA[<b>&amp;]]></p>')), '<p><b>&amp;</p>');
});

test('elements that are not closed, closed twice or crossed over lose no text', () => {
  assert.equal(shape(parseNarrative('<p>a<b>b</p>c')), '<p>a<b>b</b></p>c');
  assert.equal(words(parseNarrative('</p></div>a<p>b<table><tr><td>c')), 'abc');
  assert.equal(words(parseNarrative('1 < 2 and <3')), '1 < 2 and <3');
});

test('endless nesting and endless stray signs are read in a moment', () => {
  for (const text of [
    '<div>'.repeat(200_000),
    '<a'.repeat(200_000),
    `${'<a "'.repeat(100_000)}`,
    `${'<a \'<b "'.repeat(100_000)}`,
    '<'.repeat(400_000),
    '&'.repeat(400_000),
    `<script>${'<b'.repeat(200_000)}`,
    `<p ${'x="y" '.repeat(100_000)}>end</p>`,
  ]) {
    const started = performance.now();
    demandHarmless(parseNarrative(text));
    // quadratic reading takes minutes here; what is allowed leaves room for a busy machine
    assert.ok(performance.now() - started < 5000, text.slice(0, 12));
  }
});

test('whatever the text is: never throws, only known elements and text', () => {
  const scrap = fc.constantFrom(
    '<',
    '>',
    '</',
    '/>',
    '<div',
    '<script',
    '</script>',
    '<td colspan="',
    '"',
    "'",
    '=',
    '&',
    ';',
    '&#',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<svg/onload=',
    'javascript:',
    '<br/>',
    '<p>',
    '</p>',
    '<img alt="x"',
    '\u0000',
    '\u202e',
    ' ',
  );
  const soup = fc.array(fc.oneof(scrap, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 60 });
  fc.assert(
    fc.property(soup, (parts) => demandHarmless(parseNarrative(parts.join('')))),
    { numRuns: 1500 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const escaped = text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
      // C0 zero is no character of XML
      assert.equal(words(parseNarrative(`<p>${escaped}</p>`)), text);
    }),
  );
});
