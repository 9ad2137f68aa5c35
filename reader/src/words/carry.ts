/** Words of the page that a carrier shows to those near by. */
export interface CarryWords {
  read: string;
  take: string;
  takeHint: string;
  zip: string;
  near: string;
}

const ALL: Record<string, CarryWords> = {
  en: {
    read: 'Read here',
    take: 'Take a copy',
    takeHint: 'One file that opens without a network, checks itself and can be passed on.',
    zip: 'Everything as a ZIP, for programs',
    near: 'Others on this network open:',
  },
  fa: {
    read: 'همین‌جا بخوانید',
    take: 'یک نسخه بردارید',
    takeHint: 'یک پرونده که بدون شبکه باز می‌شود، خودش را بررسی می‌کند و می‌توان آن را به دیگران داد.',
    zip: 'همه چیز در یک ZIP، برای برنامه‌ها',
    near: 'دیگران در این شبکه این نشانی را باز کنند:',
  },
  ar: {
    read: 'اقرأ هنا',
    take: 'خذ نسخة',
    takeHint: 'ملف واحد يُفتح بلا شبكة ويتحقق من نفسه ويمكن تمريره إلى غيرك.',
    zip: 'كل شيء في ملف ZIP، للبرامج',
    near: 'يفتح الآخرون على هذه الشبكة:',
  },
  ru: {
    read: 'Читать здесь',
    take: 'Взять копию',
    takeHint: 'Один файл: открывается без сети, сам себя проверяет, его можно передать дальше.',
    zip: 'Всё в виде ZIP, для программ',
    near: 'Другие в этой сети открывают:',
  },
};

/** Words for a BCP 47 tag; English where there are none yet. */
export function carryWordsFor(lang: string): CarryWords {
  return ALL[lang.split('-')[0]!.toLowerCase()] ?? ALL['en']!;
}
