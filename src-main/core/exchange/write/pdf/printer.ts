/** pdfmake, loaded when the first document is printed: core's start and memory do not pay for it. No network, no other file. */
import type { TDocumentDefinitions } from 'pdfmake/interfaces';
import type { Fonts } from './fonts.ts';

/** @returns the finished PDF. The same definition gives the same bytes. */
export async function print(definition: TDocumentDefinitions, fonts: Fonts): Promise<Buffer> {
  const loaded = await import('pdfmake');
  // biome-ignore lint/plugin: CommonJS: Node and the bundler hand its object over as `default`, its types say otherwise
  const pdfmake = 'default' in loaded ? (loaded.default as typeof loaded) : loaded;
  const files = new Set(Object.values(fonts.files).flatMap((family) => Object.values(family)));
  pdfmake.setFonts(
    Object.fromEntries(
      Object.entries(fonts.files).map(([family, { normal, bold }]) => [
        family,
        { normal, bold, italics: normal, bolditalics: bold },
      ]),
    ),
  );
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => files.has(path));
  return await pdfmake.createPdf(definition).getBuffer();
}
