export { nodeDisk, type Disk, type DiskEntry, type DiskFile } from './disk.ts';
export { FolderShelf, replaceFile } from './folder.ts';
export { askOnNewConnection } from './http.ts';
export { startMirror, type Mirror, type MirrorOptions, type MirrorPage } from './mirror.ts';
export { builtName, ownBuilt, ownFile, ownFileNames } from './own-files.ts';
export { openZipFile, writeZipFile, type ZipFile } from './zip-file.ts';
export { askByTcp, askByUdp } from './dns/exchange.ts';
export { serveDoh, type DohServer } from './dns/doh.ts';
export { serveDns, type DnsServer } from './dns/server.ts';
