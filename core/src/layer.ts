/** A layer out of its pack, held against the record that names it. */
import { equalBytes } from './base.ts';
import { LIMITS } from './limits.ts';
import { decodeData, type Dictionaries, type LayerItem } from './pack.ts';
import { layerDigest, type PostRecord } from './post.ts';
import { Refused } from './refused.ts';

/** A layer whose dictionary is held. @throws Refused `layer` unless it is the one that its record committed to. */
export function readLayer(item: LayerItem, record: PostRecord, dictionaries: Dictionaries): Uint8Array {
  const layer = record.layers[item.layer - 1];
  if (!layer) throw new Refused('layer', 'a layer that its record does not name');
  const expected = {
    bytesMax: Math.min(layer.size, LIMITS.textLayerBytes),
    before: [record.title, record.summary],
  };
  const decoded = decodeData(item, expected, dictionaries);
  if (!decoded || decoded.length !== layer.size || !equalBytes(layerDigest(item.salt, decoded), layer.digest)) {
    throw new Refused('layer', 'a layer is not the one that its record committed to');
  }
  return decoded;
}
