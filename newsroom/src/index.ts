/** @pappus/newsroom: from sources to signed editions. Node only. */
export type { Adopted } from './adopt.ts';
export { Books, builtInDictionaries, copyLargePacks, type DictionaryFile } from './dictionaries.ts';
export type { Draft, Imported } from './draft.ts';
export { NewsroomError } from './keys.ts';
export { Newsroom, type CreateOptions, type PublishOptions, type Surroundings } from './newsroom.ts';
export { isRtl } from './posts.ts';
export type { Published } from './printing.ts';
export type { RotateOptions } from './rotation.ts';
export { Store } from './store.ts';
export { importSource, type ImportOptions } from './sources/sources.ts';
