/** A channel as a code that the camera of a phone reads (spec §8.1). */
import { encode } from 'uqr';
import { h, type Child } from '../tree.ts';
import type { AppWords } from '../words/app-words.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** Empty modules around it (ISO/IEC 18004 §9.1). */
const QUIET_MODULES = 4;

/** The code, and what it is for. Dark on light in dark colours too: many cameras read nothing else. */
export function cameraCode(channelId: string, say: AppWords): Child {
  const { data, size } = encode(`pappus:${channelId}`, { ecc: 'M', border: QUIET_MODULES });
  const code = drawn('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': say.cameraCode });
  code.append(
    drawn('path', { fill: '#fff', d: `M0 0h${size}v${size}H0z` }),
    drawn('path', { fill: '#000', 'shape-rendering': 'crispEdges', d: data.map(darkRuns).join('') }),
  );
  return h('figure', { class: 'camera-code' }, code, h('figcaption', null, say.cameraHint));
}

/** The dark modules of a row as rectangles. */
function darkRuns(row: readonly boolean[], y: number): string {
  const line = row.map((isDark) => (isDark ? '#' : ' ')).join('');
  return [...line.matchAll(/#+/g)].map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`).join('');
}

function drawn(tag: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
