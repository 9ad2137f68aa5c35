/**
 * Dates as feeds write them: RFC 822 and 2822 with odd zones and names, ISO 8601 and its parts, asctime.
 * A date without a zone is UTC.
 */

interface Moment {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Minutes east of UTC. */
  offset_min: number;
}

const ISO =
  /^(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?(?:[t\s]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d*)?)?\s*(z|[+-]\d{1,2}:?(?:\d{2})?|[a-z]{1,5})?)?$/i;
const ORDINAL = /^(\d{4})-?(\d{3})$/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = /(?<![a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/i;
const TIME = /(?<!\d)(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:[.,]\d+)?\s*([ap]\.?m\.?(?![a-z]))?/i;
const ZONE = /(?:(?:utc|gmt)\s*)?([+-]\d{1,2}:?(?:\d{2})?)(?!\d)|(?<![a-z])([a-z]{1,5})(?![a-z])/gi;

const ZONES_min: Record<string, number> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  wet: 0,
  west: 60,
  bst: 60,
  cet: 60,
  cest: 120,
  met: 60,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  trt: 180,
  ast: -240,
  adt: -180,
  irst: 210,
  irdt: 270,
  aft: 270,
  pkt: 300,
  ist: 330,
  npt: 345,
  mmt: 390,
  ict: 420,
  wib: 420,
  hkt: 480,
  sgt: 480,
  awst: 480,
  jst: 540,
  kst: 540,
  acst: 570,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  est: -300,
  edt: -240,
  et: -300,
  cst: -360,
  cdt: -300,
  ct: -360,
  mst: -420,
  mdt: -360,
  mt: -420,
  pst: -480,
  pdt: -420,
  pt: -480,
  akst: -540,
  akdt: -480,
  hst: -600,
  nst: -210,
  ndt: -150,
  art: -180,
  brt: -180,
};

/** Seconds since 1970-01-01T00:00Z, or null for what cannot be read as one date of the years 1970 to 2199. */
export function parseDate(written: string): number | null {
  const text = asciiDigits(written.slice(0, 100)).replace(/\s+/g, ' ').trim();
  const moment = isoMoment(text) ?? textMoment(text);
  return moment ? seconds(moment) : null;
}

/** Persian and Arabic digits as ASCII ones. */
function asciiDigits(text: string): string {
  return text.replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0x0f));
}

function isoMoment(text: string): Moment | null {
  const ordinal = ORDINAL.exec(text);
  if (ordinal) return dayOfYear(Number(ordinal[1]), Number(ordinal[2]));
  const [, year, month, day, hour, minute, second, zone] = ISO.exec(text) ?? [];
  if (year === undefined) return null;
  const offset_min = zoneOffset(zone);
  if (offset_min === null) return null;
  return {
    year: Number(year),
    month: Number(month ?? 1),
    day: Number(day ?? 1),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    offset_min,
  };
}

function dayOfYear(year: number, day: number): Moment | null {
  if (day < 1 || day > 366) return null;
  const date = new Date(Date.UTC(year, 0, day));
  return { year, month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour: 0, minute: 0, second: 0, offset_min: 0 };
}

/** Dates with the month in letters, whatever the order: the time, the zone and the month are taken out, day and year remain. */
function textMoment(text: string): Moment | null {
  const month = MONTH.exec(text);
  if (!month) return null;
  const time = TIME.exec(text);
  const { day, year } = dayAndYear(text.replace(time?.[0] ?? '', ' ').replace(/[+-]\d{1,2}:?\d{2}(?!\d)/, ' '));
  if (day === null || year === null) return null;
  const rest = text.slice(time ? time.index + time[0].length : month.index + month[0].length).replace(month[0], ' ');
  return {
    year,
    month: MONTHS.indexOf(month[1]!.toLowerCase()) + 1,
    day,
    hour: hourOf(time),
    minute: Number(time?.[2] ?? 0),
    second: Number(time?.[3] ?? 0),
    offset_min: lastZone(rest),
  };
}

function hourOf(time: RegExpExecArray | null): number {
  const hour = Number(time?.[1] ?? 0);
  const half = time?.[4]?.[0]?.toLowerCase();
  if (half === undefined || hour > 12) return hour;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

function dayAndYear(text: string): { day: number | null; year: number | null } {
  const numbers = text.match(/\d+/g) ?? [];
  const long = numbers.findIndex((digits) => digits.length === 4 || Number(digits) > 31);
  const yearAt = long < 0 ? 1 : long;
  const year = numbers[yearAt];
  const day = numbers.find((_, at) => at !== yearAt);
  return { day: day === undefined ? null : Number(day), year: year === undefined ? null : fullYear(year) };
}

/** Two digits are a year of 1970 to 2069. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year < 70 ? year + 2000 : year + 1900;
}

function lastZone(text: string): number {
  for (const [, digits, name] of [...text.matchAll(ZONE)].reverse()) {
    const offset_min = zoneOffset(digits ?? name);
    if (offset_min !== null) return offset_min;
  }
  return 0;
}

function zoneOffset(zone: string | undefined): number | null {
  if (zone === undefined) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone) ?? [];
  if (hours === undefined) return ZONES_min[zone.toLowerCase()] ?? null;
  const offset_min = Number(hours) * 60 + Number(minutes ?? 0);
  return sign === '-' ? -offset_min : offset_min;
}

function seconds(moment: Moment): number | null {
  const { year, month, day, hour, minute, second, offset_min } = moment;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const real = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  if (!real || year < 1970 || year > 2199 || hour > 24 || minute > 59 || second > 60 || Math.abs(offset_min) > 14 * 60)
    return null;
  return midnight.getTime() / 1000 + hour * 3600 + (minute - offset_min) * 60 + second;
}
