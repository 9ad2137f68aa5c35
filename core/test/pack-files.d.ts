/** Vite's, as much of it as the vectors take: https://vite.dev/guide/features.html#glob-import */
interface ImportMeta {
  glob<T>(pattern: string, options: { query: string; import: string; eager: true }): Record<string, T>;
}
