/** Modules of the page that a test calls by themselves, inside an engine: `pappus.<name>`. */
export { Search, fold } from '../../src/search.ts';
export { Media } from '../../src/media.ts';
export { pictureOf } from '../../src/pictures.ts';
export { canListen, listen } from '../../src/listen.ts';
export { PassOn } from '../../src/pass-on.ts';
export { addFile } from '../../src/add-files.ts';
export { changes } from '../../src/changes.ts';
export { Library, sha256 } from '@pappus/core';
export { filesOfDocument } from '@pappus/transports';
