/** A language tag in its canonical form ("en_us" → "en-US"); empty when it is none. */
export function canonicalLang(tag: string | undefined): string {
  const written = tag?.trim().replaceAll('_', '-') ?? '';
  if (written === '' || written.length > 35) return '';
  try {
    const lang = Intl.getCanonicalLocales(written)[0] ?? '';
    return lang === 'und' ? '' : lang;
  } catch {
    return '';
  }
}
