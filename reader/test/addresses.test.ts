import { expect, test } from 'vitest';
import { addressOf, askable, askableResolvers, resolverOf } from '../src/keep/addresses.ts';

const HTTP = { protocol: 'http:' };
const HTTPS = { protocol: 'https:' };

test('an address is plain http or https', () => {
  expect(addressOf('https://a.example/news')?.href).toBe('https://a.example/news/');
  const odd = ['javascript:alert(1)', 'data:,x', 'file:///etc/', '//a.example/', 'a.example', 'ftp://a.example/', '']
    .concat('https://u@a.example/', 'https://u:p@a.example/', 'https://a.example/?id=1', 'https://a.example/#x')
    .concat('https://a.example/?', 'https://a.example/#', 'blob:https://a.example/1', 'http://', 'https://[::1');
  expect(odd.filter((text) => addressOf(text) !== null)).toEqual([]);
});

test('what the reader gave comes first, and nothing twice', () => {
  const signed = ['https://b.example/', 'https://a.example', 'https://b.example'];
  expect(askable(signed, ['https://a.example/'], HTTPS)).toEqual(['https://a.example/', 'https://b.example/']);
});

test('a page of https asks no plain http', () => {
  expect(askable(['http://a.example/', 'https://b.example/'], [], HTTPS)).toEqual(['https://b.example/']);
  expect(askable(['http://a.example/', 'https://b.example/'], [], HTTP)).toHaveLength(2);
});

test('a newsroom names nothing in the reader’s own network, however it is written', () => {
  const near = ['localhost', 'LOCALHOST', 'router', 'printer.local', 'a.localhost', 'fritz.box.home.arpa', '127.0.0.1']
    .concat('127.1', '0x7f.1', '2130706433', '017700000001', '10.0.0.1', '192.168.1.1', '172.16.0.1', '172.31.255.1')
    .concat('169.254.169.254', '100.64.0.1', '0.0.0.0', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[fd00::1]', '[fe80::1]')
    .concat('１２７.0.0.1', '127.0.0.1.', 'localhost.');
  const signed = near.map((host) => `http://${host}/reboot/`);
  expect(askable(signed, [], HTTP)).toEqual([]);
  const far = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '[2001:db8::1]', 'a.example', 'localhost.example', '11.0.0.1'];
  expect(
    askable(
      far.map((host) => `http://${host}/`),
      [],
      HTTP,
    ),
  ).toHaveLength(far.length);
});

test('on a network where she gave a mirror herself, that host may be named', () => {
  const signed = ['http://192.168.1.5:8081/', 'http://192.168.1.1/'];
  expect(askable(signed, ['http://192.168.1.5:8080/'], HTTP)).toEqual([
    'http://192.168.1.5:8080/',
    'http://192.168.1.5:8081/',
  ]);
});

test('a resolver is asked by https, or in the reader’s own network, where its operators say', () => {
  const known: [text: string, address: string][] = [
    ['https://dns.example/dns-query', 'https://dns.example/dns-query'],
    ['https://dns.example/dns-query{?dns}', 'https://dns.example/dns-query'],
    ['https://dns.example', 'https://dns.example/dns-query'],
    ['https://dns.example/a/b', 'https://dns.example/a/b'],
    ['http://127.0.0.1:8053/', 'http://127.0.0.1:8053/dns-query'],
    ['http://192.168.1.1/dns-query', 'http://192.168.1.1/dns-query'],
  ];
  expect(known.map(([text]) => [text, resolverOf(text)?.href])).toEqual(known);
  const odd = ['dns.example', 'http://dns.example/dns-query', 'http://8.8.8.8/', 'https://dns.example/?dns=AAAA', '']
    .concat('https://u@dns.example/', 'https://dns.example/#x', 'tls://dns.example/', 'javascript:alert(1)')
    .concat('https://dns.example/{?dns}?', 'data:,x');
  expect(odd.filter((text) => resolverOf(text) !== null)).toEqual([]);
});

test('resolvers are asked once each, and a page of https asks none by plain http', () => {
  const chosen = ['https://dns.example', 'http://10.0.0.1/', 'https://dns.example/dns-query', 'damaged'];
  expect(askableResolvers(chosen, HTTPS)).toEqual(['https://dns.example/dns-query']);
  expect(askableResolvers(chosen, HTTP)).toEqual(['https://dns.example/dns-query', 'http://10.0.0.1/dns-query']);
});
