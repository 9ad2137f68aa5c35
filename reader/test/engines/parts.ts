/** Modules of the page that a test calls by themselves, inside an engine: `pappus.<name>`. */
export { Search, fold } from '../../src/search.ts';
export { Media } from '../../src/media.ts';
export { pictureOf } from '../../src/pictures.ts';
export { canListen, listen } from '../../src/listen.ts';
