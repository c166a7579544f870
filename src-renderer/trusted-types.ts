/**
 * The one Trusted Types policy. Mantine sets the text of its style elements through innerHTML; that text holds no
 * `<`. Every other string on its way to an HTML, script or script-address sink stops here.
 */
function refuse(): never {
  throw new TypeError('Carekeep puts no HTML and no script together at run time');
}

window.trustedTypes?.createPolicy('default', {
  createHTML: (text) => (text.includes('<') ? refuse() : text),
  createScript: refuse,
  createScriptURL: refuse,
});
