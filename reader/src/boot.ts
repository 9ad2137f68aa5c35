/** Unpacks the engine and runs it. What the policy does not know by its hash does not run. */
async function boot(): Promise<void> {
  const packed = document.querySelector('[data-packed]')!.textContent;
  const bytes = Uint8Array.from(atob(packed), (octet) => octet.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const text = await new Response(stream).text();
  const element = document.createElement('script');
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  element.text = trustedTypes?.createPolicy('pappus', { createScript: (script) => script }).createScript(text) ?? text;
  document.body.append(element);
  element.remove(); // it has run; a browser that saves the page saves the packed one
}

/** The part of Trusted Types that is needed, where the platform has them. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScript(script: string): string }): { createScript(script: string): string };
}

void boot();
