export { Asking, type AskingOptions } from './asking.ts';
export { systemClock, type Clock } from './clock.ts';
export { Failover, type FailoverOptions } from './failover.ts';
export {
  filesOfDocument,
  HTML_BLOCK_CHARS_MAX,
  htmlLines,
  readHtml,
  writeHtml,
  type HtmlPage,
  type HtmlParts,
  type OpenPage,
  type PackedScript,
} from './html.ts';
export { askByFetch, HttpShelf, type Answer, type Ask, type HttpOptions } from './http.ts';
export { MemoryShelf } from './memory.ts';
export { compareTreePaths } from './order.ts';
export type { Broadcast, ListedShelf, ReadLimit, Shelf, WritableShelf } from './transport.ts';
export { openZip, ZipShelf, type ByteSource } from './zip.ts';
export { ZIP_BYTES_MAX, ZIP_ENTRIES_MAX, ZIP_README } from './zip-layout.ts';
export { writeZip, zipPieces, ZipWriter } from './zip-writer.ts';
