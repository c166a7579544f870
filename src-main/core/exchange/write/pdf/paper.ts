/** What every paper of Carekeep has in common: its size, what the file says of itself, what stands at its foot. */
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces';
import { colours, page, styles } from './look.ts';

type Paper = {
  /** Shown in window titles and lists of recent files: no name of a person. */
  readonly title: string;
  readonly clinic: string;
  readonly version: string;
  readonly language: string;
  readonly at: number;
  readonly content: Content[];
  /** On every page but the first. */
  readonly header: Content;
  readonly foot: Content;
  readonly pageOf: (page: number, pages: number) => string;
};

export function paper({ title, clinic, version, language, at, content, ...edges }: Paper): TDocumentDefinitions {
  const { header, foot, pageOf } = edges;
  return {
    pageSize: page.size,
    pageMargins: [page.left, page.top, page.right, page.bottom],
    info: {
      title,
      author: clinic.toWellFormed(),
      creator: `Carekeep ${version}`,
      producer: `Carekeep ${version}`,
      creationDate: new Date(at),
      modDate: new Date(at),
    },
    language,
    displayTitle: true,
    version: '1.7',
    compress: true,
    content,
    styles,
    defaultStyle: { font: 'Inter', fontSize: 9, color: colours.ink, lineHeight: 1.12 },
    header: (number) => (number === 1 ? null : { stack: [header], margin: [page.left, 30, page.right, 0] }),
    footer: (number, pages) => ({
      columns: [
        { stack: [foot], width: '*' },
        { text: pageOf(number, pages), alignment: 'right', width: 90 },
      ],
      fontSize: 7.5,
      color: colours.quiet,
      margin: [page.left, 18, page.right, 0],
    }),
  };
}
