/** Limits on what a source may send, checked before the work that they bound. Sizes are octets unless named otherwise. */
export const SOURCE_LIMITS = {
  /** One feed or one file. */
  sourceBytes: 20 * 2 ** 20,
  /** One Markdown file. */
  markdownBytes: 2 ** 19,
  frontMatterBytes: 65_536,
  /** Files of one folder, and how deep its folders go. */
  files: 100_000,
  folderDepth: 32,
  xmlDepth: 128,
  xmlElements: 250_000,
  xmlAttributes: 256,
  /** One piece of HTML, in UTF-16 code units. */
  htmlChars: 2 ** 20,
  htmlDepth: 256,
  htmlNodes: 100_000,
  tableColumns: 64,
  tableCells: 16_384,
  items: 100_000,
  redirects: 5,
  fetchTime_ms: 30_000,
} as const;
