/** The resolvers that networks run, from Debian's packages, on addresses of a namespace of our own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askByUdp } from '@pappus/transports/node';
import { TYPE, encodeQuery } from '@pappus/transports/dns';

export const ROOT_SERVER = '127.0.9.1';

export interface ResolverKind {
  name: string;
  package: string;
  program: string;
  address: string;
  /** Writes its configuration into a folder and gives its arguments. */
  configure: (folder: string, address: string, extra: string) => string[];
}

const write = (folder: string, name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const hints = (folder: string): string =>
  write(folder, 'root.hints', `. 3600000 NS a.root.\na.root. 3600000 A ${ROOT_SERVER}\n`);

/** Their defaults, but for addresses, root hints, and DNSSEC, which our root does not have. */
export const RESOLVERS: readonly ResolverKind[] = [
  {
    name: 'Unbound',
    package: 'unbound',
    program: '/usr/sbin/unbound',
    address: '127.0.1.1',
    configure: (folder, address, extra) => [
      '-d',
      '-c',
      write(
        folder,
        'unbound.conf',
        `server:
  interface: ${address}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  root-hints: "${hints(folder)}"
  module-config: "iterator"
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: "${folder}/pid"
  use-syslog: no
${extra}
remote-control:
  control-enable: no
`,
      ),
    ],
  },
  {
    name: 'BIND',
    package: 'bind9',
    program: '/usr/sbin/named',
    address: '127.0.1.2',
    configure: (folder, address, extra) => [
      '-g',
      '-c',
      write(
        folder,
        'named.conf',
        `options {
  directory "${folder}";
  listen-on { ${address}; };
  listen-on-v6 { none; };
  recursion yes;
  allow-query { any; };
  dnssec-validation no;
  empty-zones-enable no;
  pid-file none;
  session-keyfile none;
  ${extra}
};
controls { };
zone "." { type hint; file "${hints(folder)}"; };
`,
      ),
    ],
  },
  {
    name: 'Knot Resolver',
    package: 'knot-resolver',
    program: '/usr/sbin/kresd',
    address: '127.0.1.3',
    configure: (folder, address, extra) => [
      '-n',
      '-c',
      write(
        folder,
        'kresd.conf',
        `net.listen('${address}', 53)
net.ipv6 = false
trust_anchors.remove('.')
modules.unload('ta_update')
modules.unload('ta_signal_query')
modules.unload('priming')
modules.load('hints')
hints.root({ ['a.root.'] = '${ROOT_SERVER}' })
cache.open(20 * MB, 'lmdb://${folder}/cache')
${extra}
`,
      ),
      folder,
    ],
  },
  {
    name: 'PowerDNS Recursor',
    package: 'pdns-recursor',
    program: '/usr/sbin/pdns_recursor',
    address: '127.0.1.4',
    configure: (folder, address, extra) => {
      write(
        folder,
        'recursor.conf',
        `local-address=${address}
hint-file=${hints(folder)}
dnssec=off
dont-query=
socket-dir=${folder}
daemon=no
disable-syslog=yes
setuid=
setgid=
chroot=
security-poll-suffix=
${extra}
`,
      );
      return [`--config-dir=${folder}`];
    },
  },
  {
    name: 'dnsmasq',
    package: 'dnsmasq-base',
    program: '/usr/sbin/dnsmasq',
    address: '127.0.1.5',
    configure: (_, address) => [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--bind-interfaces',
      '--user=root',
      '--pid-file=',
      `--listen-address=${address}`,
      '--server=127.0.1.1',
    ],
  },
];

/** Packages that tests need and that are not here. */
export function missingPackages(): string[] {
  const tools = [...RESOLVERS, { package: 'iproute2', program: '/bin/ip' }];
  return tools.filter(({ program }) => !existsSync(program)).map((tool) => tool.package);
}

/** A resolver under way. */
export class Running {
  readonly kind: ResolverKind;
  #process: ChildProcess | null = null;
  readonly #extra: string;
  #log = '';

  constructor(kind: ResolverKind, extra = '') {
    this.kind = kind;
    this.#extra = extra;
  }

  get address(): string {
    return this.kind.address;
  }

  /** Resolves once it answers; its cache is empty. */
  async start(): Promise<this> {
    const folder = mkdtempSync(join(tmpdir(), 'pappus-resolver-'));
    mkdirSync(join(folder, 'cache'));
    const args = this.kind.configure(folder, this.address, this.#extra);
    this.#process = spawn(this.kind.program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout!, this.#process.stderr!])
      stream.on('data', (chunk: Buffer) => (this.#log = (this.#log + chunk.toString()).slice(-4_000)));
    await this.#answers();
    return this;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Asks for a name that its root denies, until it says so. */
  async #answers(): Promise<void> {
    const ask = askByUdp(this.address);
    const query = encodeQuery({ id: 1, name: '', type: TYPE.NS, udpBytes: 1_232 });
    for (let tries = 0; tries < 100; tries++) {
      if (this.#process!.exitCode !== null) break;
      const isUp = await ask(query, () => true, AbortSignal.timeout(200)).then(
        () => true,
        () => false,
      );
      if (isUp) return;
      await pause(50); // a process that has not bound its port yet gives nothing to wait for
    }
    throw new Error(`${this.kind.name} does not answer: ${this.#log}`);
  }
}

/** Makes the loopback of a namespace that was just entered usable. BIND listens on addresses that an interface has. */
export function bringUpLoopback(): void {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  for (const { address } of RESOLVERS) execFileSync('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
}
