/** What people and attackers put into text fields. */
export type Payload = { readonly name: string; readonly text: string };

const hit = 'window.carekeepHit=1';

export const payloads: readonly Payload[] = [
  { name: 'script', text: `<script>${hit}</script>` },
  { name: 'image with a handler', text: `<img src=x onerror=${hit}>` },
  { name: 'quote and handler', text: `" autofocus onfocus="${hit}` },
  { name: 'svg', text: `<svg/onload=${hit}>` },
  { name: 'frame', text: `<iframe srcdoc="<script>parent.carekeepHit=1</script>">` },
  { name: 'style that hides all', text: '</style><style>*{display:none}' },
  { name: 'address of a script', text: `javascript:${hit}` },
  { name: 'markdown link', text: `[x](javascript:${hit})` },
  { name: 'comment and end tags', text: '--></title></textarea></script>' },
  { name: 'entities', text: '&lt;b&gt;&#x3c;script&#62;&amp;amp;' },
  { name: 'translation of i18next', text: '$t(app:title) {{count}}' },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must not become one
  { name: 'template', text: '{{constructor.constructor("x")()}} ${7*7}' },
  { name: 'SQL', text: `'; drop table patient; -- " or 1=1` },
  { name: 'FTS5', text: 'a* OR NEAR("b" c) AND col:"d"' },
  { name: 'prototype', text: '__proto__ constructor toString' },
  { name: 'right-to-left override', text: 'A\u202Egnp.exe\u202C\u2066B' },
  { name: 'combining marks', text: `Z${'\u0321\u0353\u0304'.repeat(12)}a` },
  { name: 'astral and joined', text: '𐐷 👩🏽‍⚕️ 🇺🇸 ﷽ 𝓐' },
  { name: 'zero width', text: 'a\u200B\u200D\u2060b\uFEFFc' },
  { name: 'line separators', text: 'a\u2028b\u2029c\u0085d' },
  { name: 'no characters', text: 'a\uFFFE\uFFFF\uE000b' },
  { name: 'Turkish and sharp s', text: 'İstanbul ıI ŞŞ ß ẞ ŉ' },
  { name: 'scripts of the world', text: '山田 العربية עברית हिन्दी ไทย 한국어' },
  { name: 'long without a space', text: 'W'.repeat(2000) },
  { name: 'numbers and words of programs', text: 'null undefined NaN 1e400 -0 [object Object]' },
];

/** As much of it as a field takes, no letter cut in half. */
export function fitted(text: string, limit: number): string {
  let out = '';
  for (const letter of text) {
    if (out.length + letter.length > limit) break;
    out += letter;
  }
  return out.trim();
}
