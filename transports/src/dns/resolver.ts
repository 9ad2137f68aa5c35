/**
 * One recursive resolver: how to ask it, how often, and what it has been worth. It is not trusted: each answer is
 * held against the name that was asked for, and an answer that fails does not end the waiting for one that holds.
 */
import { refusal } from '@pappus/core';
import { systemClock, type Clock } from '../clock.ts';
import { Bucket, PACE, type Pace } from './bucket.ts';
import { RCODE, TYPE, UDP_BYTES, decodeMessage, encodeQuery, type Message, type Question } from './message.ts';
import type { CarrierType } from './records.ts';

/**
 * Sends one query and gives every answer that comes to `take`, until that says yes or no other can come. Rejects when
 * the way is broken, or with the reason of `signal`; what others than the one asked send is left out.
 */
export type Exchange = (query: Uint8Array, take: (answer: Uint8Array) => boolean, signal: AbortSignal) => Promise<void>;

export interface ResolverOptions {
  /** As it is named to the user. */
  name: string;
  /** By UDP. One of the two is needed. */
  datagram?: Exchange;
  /** By TCP or HTTPS, where nothing is cut short. */
  stream?: Exchange;
  pace?: Partial<Pace>;
  clock?: Clock;
}

/** Why an answer is of no use. */
export type Trouble = 'refused' | 'failed' | 'absent' | 'truncated' | 'false' | 'unreachable' | 'silent';

/** In what kind of record to ask; `pieces`: for small answers. */
export interface Form {
  type: CarrierType;
  pieces: boolean;
}

const PIECES: Form = { type: TYPE.TXT, pieces: true };

/** From the cheapest to the one that no network can do without. */
export const FORMS: readonly Form[] = [
  { type: TYPE.TXT, pieces: false },
  { type: TYPE.HTTPS, pieces: false },
  { type: TYPE.NULL, pieces: false },
  PIECES,
  { type: TYPE.AAAA, pieces: true },
];
const FIRST_SMALL_FORM = FORMS.indexOf(PIECES);

/** What the data of an answer are worth: `more` are good, but a better answer may still come. */
export type Verdict = 'holds' | 'more' | 'false';
export type Judge = (data: Uint8Array[]) => Verdict;

/** One question under way. `trouble` resolves at the first sign that it goes wrong; `taken` once an answer holds. */
export interface Attempt {
  taken: Promise<void>;
  trouble: Promise<Trouble>;
}

/** So many failures of a form that never worked, or that did, lead to the next one. */
const FAILURES_OF_NEW_FORM = 2;
const SERVFAILS_OF_NEW_FORM = 5;
const FAILURES_OF_GOOD_FORM = 10;
const TIMES_OF_OTHER_FORM = 3;
const RETRY_MS_MIN = 400;
const RETRY_MS_MAX = 3_000;
const FIRST_RETRY_MS = 500;
const SLOWER_WITHIN_MS = 1_000;
const SILENCES_BEFORE_SLOWER = 12;
const FAILURES_BEFORE_SLOWER = 3;
const LIE_FACTOR = 8;
const LIES_COUNTED = 8;
const LIE_HALF_LIFE_MS = 60 * 60_000;
const HEADERS_BYTES = 28;

/** A resolver as the shelf uses it. */
export class Resolver {
  readonly name: string;
  readonly bucket: Bucket;
  /** Questions so far, and octets both ways with the headers of IP and UDP. */
  readonly cost = { queries: 0, bytes: 0 };
  readonly #options: ResolverOptions;
  readonly #clock: Clock;
  #edns = true;
  #isStreamBroken = false;
  #form = 0;
  #hasFormWorked = false;
  /** Forms that failed since the first was tried. */
  readonly #spent = new Set<Form>();
  /** Good answers in other forms since this one is tried in vain. */
  #workedElsewhere = 0;
  #failures = 0;
  #silences = 0;
  #latencyMs: number | null = null;
  #fastestMs: number | null = null;
  #worth = 1;
  #lies = 0;
  #distrust = 0;
  #distrustedAt = 0;

  constructor(options: ResolverOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.bucket = new Bucket(this.#clock, { ...PACE, ...options.pace });
  }

  /** How it is asked at present. */
  get form(): Form {
    return FORMS[this.#form]!;
  }

  /** Nothing can come after its first answer. */
  get answersOnce(): boolean {
    return !this.#options.datagram;
  }

  /**
   * After so long without an answer the question is asked again: soon, for the fastest answers tell how far the
   * resolver is, and to ask again what it is still looking for costs nobody else anything. Less often the more `turns`
   * the question has taken, and seldom when nothing is answered at all.
   */
  retryMs(turns: number): number {
    if (this.#silences >= SILENCES_BEFORE_SLOWER) return RETRY_MS_MAX;
    const retryMs = this.#fastestMs === null ? FIRST_RETRY_MS : Math.max(RETRY_MS_MIN, 2 * this.#fastestMs);
    return Math.min(RETRY_MS_MAX, retryMs * (1 + turns / 2));
  }

  /** Times that it gave what the newsroom never published. */
  get lies(): number {
    return this.#lies;
  }

  /** Milliseconds until a good answer, more or less; a liar comes after all others. */
  costMs(): number {
    const latencyMs = this.#latencyMs ?? FIRST_RETRY_MS / 2;
    return (
      (this.bucket.delayMs() + latencyMs) *
      (1 / (this.#worth * this.#worth)) *
      LIE_FACTOR ** Math.min(this.#distrustNow(), LIES_COUNTED)
    );
  }

  /** It gave something false; after two it is asked last. */
  lied(): void {
    this.#distrust = this.#distrustNow() + 1;
    this.#distrustedAt = this.#clock.now();
    this.#lies++;
    this.#weigh(0);
  }

  /** Asks once. `judge` gets the data of the records that answer the question, and says whether they hold. */
  ask(name: string, form: Form, judge: Judge, signal: AbortSignal): Attempt {
    const question: Question = { name, type: form.type };
    const began = this.#clock.now();
    const lateAt = began + this.retryMs(0);
    const isLate = (): boolean => this.#clock.now() > lateAt;
    const { promise: taken, resolve: take } = deferred<void>();
    const { promise: trouble, resolve: report } = deferred<Trouble>();
    /** Of what one exchange brings, the first trouble counts alone: whoever injects could send them without end. */
    const readerOf = (onTruncated: () => void): ((answer: Uint8Array) => boolean) => {
      let isTroubled = false;
      return (answer) => {
        this.cost.bytes += answer.length + HEADERS_BYTES;
        const found = this.#read(answer, question, judge);
        if (found === 'holds' || found === 'more') {
          this.#worked(form, this.#clock.now() - began, isLate());
          if (found === 'holds') take();
        } else if (found !== 'another' && !isTroubled) {
          isTroubled = true;
          if (found === 'truncated') onTruncated();
          else report(this.#fails(found, form, isLate()));
        }
        return found === 'holds';
      };
    };
    const isTooLarge = (): void => report(this.#fails('truncated', form));
    const { datagram, stream } = this.#options;
    const askByStream = (): void => {
      if (!stream || this.#isStreamBroken) return isTooLarge();
      this.#send(stream, question, readerOf(isTooLarge), signal).catch(() => {
        if (signal.aborted) return;
        this.#isStreamBroken = true;
        isTooLarge();
      });
    };
    this.#send(datagram ?? stream!, question, readerOf(datagram ? askByStream : isTooLarge), signal).catch(() => {
      if (!signal.aborted) report(this.#fails('unreachable', form));
    });
    return { taken, trouble };
  }

  /** The question went unanswered until it was asked again. */
  silent(): void {
    this.#silences++;
    this.#weigh(0);
    if (this.#silences >= SILENCES_BEFORE_SLOWER) this.bucket.silent(SLOWER_WITHIN_MS * 4);
  }

  async #send(
    exchange: Exchange,
    question: Question,
    read: (answer: Uint8Array) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const id = exchange === this.#options.stream && !this.#options.datagram ? 0 : randomId(); // RFC 8484 §4.1
    const query = encodeQuery({ id, ...question, udpBytes: this.#edns ? UDP_BYTES : null });
    this.cost.queries++;
    this.cost.bytes += query.length + HEADERS_BYTES;
    await exchange(query, read, signal);
  }

  #read(answer: Uint8Array, question: Question, judge: Judge): Trouble | Verdict | 'another' {
    const message = refusal(() => decodeMessage(answer));
    if (message instanceof Error) return 'false';
    if (!isAnswerTo(message, question)) return 'another';
    if (message.rcode === RCODE.FORMERR && this.#edns) {
      this.#edns = false;
      return 'failed';
    }
    if (message.rcode === RCODE.NXDOMAIN) return 'absent';
    if (message.rcode === RCODE.SERVFAIL) return 'failed';
    if (message.rcode !== RCODE.NOERROR) return 'refused';
    if (message.isTruncated) return 'truncated';
    const data = message.answers.filter(({ type, name }) => type === question.type && name === question.name);
    if (data.length === 0) return 'absent';
    return judge(data.map((record) => record.data));
  }

  /** While the form never worked and another does, that is the one to ask in: once is chance, and all readers shall ask alike. */
  #worked(form: Form, latencyMs: number, isLate: boolean): void {
    const isOther = !this.#hasFormWorked && form !== this.form && !this.#spent.has(form);
    if (isOther && ++this.#workedElsewhere >= TIMES_OF_OTHER_FORM) this.#form = FORMS.indexOf(form);
    if (form === this.form) {
      this.#hasFormWorked = true;
      this.#failures = this.#workedElsewhere = 0;
    }
    this.#silences = 0;
    this.#latencyMs = towards(this.#latencyMs, latencyMs, 8);
    this.#fastestMs = Math.min(latencyMs, towards(this.#fastestMs, latencyMs, 64));
    this.#weigh(1);
    this.bucket.good(isLate);
  }

  /** What comes late has been counted as silence already. */
  #fails(trouble: Trouble, form: Form, isLate = false): Trouble {
    if (isLate && trouble !== 'false') return trouble;
    if (trouble === 'false') this.lied();
    else this.#weigh(0);
    this.#silences = 0;
    if (form !== this.form) return trouble;
    this.#failures++;
    const isTooFast = trouble === 'refused' && this.#hasFormWorked; // else it is the form that is not wanted
    const isStrained = trouble === 'failed' && this.#failures >= FAILURES_BEFORE_SLOWER;
    if (isTooFast || isStrained) this.bucket.slower(SLOWER_WITHIN_MS);
    const isTooLarge = trouble === 'truncated';
    // SERVFAIL says that a name cannot be had now, as of the first rungs in a cut: other kinds are cached by nobody
    const ofNewForm = trouble === 'failed' ? SERVFAILS_OF_NEW_FORM : FAILURES_OF_NEW_FORM;
    const most = this.#hasFormWorked && !isTooLarge ? FAILURES_OF_GOOD_FORM : ofNewForm;
    if (trouble !== 'false' && this.#failures >= most) this.#nextForm(isTooLarge ? FIRST_SMALL_FORM : 0);
    return trouble;
  }

  /** Lies fade, for it may have been the network between: after some hours it is asked as if nothing had been. */
  #distrustNow(): number {
    return this.#distrust * 2 ** ((this.#distrustedAt - this.#clock.now()) / LIE_HALF_LIFE_MS);
  }

  #nextForm(from = 0): void {
    this.#spent.add(this.form);
    this.#form = Math.max((this.#form + 1) % FORMS.length, from);
    if (this.#form === 0) this.#spent.clear();
    this.#hasFormWorked = false;
    this.#failures = this.#workedElsewhere = 0;
  }

  #weigh(success: 0 | 1): void {
    this.#worth = Math.max(0.05, this.#worth + (success - this.#worth) / 8);
  }
}

function towards(before: number | null, now: number, slowness: number): number {
  return before === null ? now : before + (now - before) / slowness;
}

/** Case is not kept on the way (0x20): `decodeMessage` has put it aside. */
function isAnswerTo(message: Message, question: Question): boolean {
  return message.isAnswer && message.question?.name === question.name && message.question.type === question.type;
}

function randomId(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0]!;
}

/** `Promise.withResolvers` is too young for the browsers we serve. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
