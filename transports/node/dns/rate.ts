/**
 * Response rate limiting: whoever forges a victim's address must not get more out of this server than he puts in.
 * Over the limit every second answer is an empty one that says "ask by TCP", which a true resolver does and a forged
 * address cannot; the others are not given.
 */
import { isIPv6 } from 'node:net';

/** Answers in a second to one network, /24 or /56. */
export interface RateLimit {
  perSecond: number;
  burst: number;
}

/** Resolvers that are cold ask some hundreds a second. */
export const RATE_LIMIT: RateLimit = { perSecond: 1_000, burst: 4_000 };

const NETWORKS_MAX = 65_536;

interface Account {
  tokens: number;
  at: number;
  over: number;
}

/** What each network has had lately. */
export class Rates {
  readonly #limit: RateLimit;
  readonly #accounts = new Map<string, Account>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** `now` in milliseconds. */
  judge(address: string, now: number): 'answer' | 'truncate' | 'drop' {
    const account = this.#account(networkOf(address), now);
    account.tokens = Math.min(this.#limit.burst, account.tokens + ((now - account.at) / 1_000) * this.#limit.perSecond);
    account.at = now;
    if (account.tokens >= 1) {
      account.tokens -= 1;
      return 'answer';
    }
    return account.over++ % 2 === 0 ? 'truncate' : 'drop';
  }

  /** The account that was used longest ago makes room. */
  #account(network: string, now: number): Account {
    let account = this.#accounts.get(network);
    if (account) return account;
    account = { tokens: this.#limit.burst, at: now, over: 0 };
    this.#accounts.set(network, account);
    if (this.#accounts.size > NETWORKS_MAX) this.#accounts.delete(this.#accounts.keys().next().value!);
    return account;
  }
}

function networkOf(address: string): string {
  if (!isIPv6(address)) return address.slice(0, address.lastIndexOf('.'));
  return address.split('::')[0]!.split(':').slice(0, 3).join(':');
}
