import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { texts } from "./testing/documents.ts";
import { costOf, reach, TOKEN, tokensOf } from "./tokens.ts";

// The first article of the Universal Declaration of Human Rights, and what else
// people write. The counts are those of cl100k_base, by npm:gpt-tokenizer.
const COUNTED: [what: string, text: string, tokens: number][] = [
  [
    "English",
    "All human beings are born free and equal in dignity and rights. They are " +
    "endowed with reason and conscience and should act towards one another in " +
    "a spirit of brotherhood.",
    33,
  ],
  [
    "German",
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind " +
    "mit Vernunft und Gewissen begabt und sollen einander im Geist der " +
    "Brüderlichkeit begegnen.",
    44,
  ],
  [
    "French",
    "Tous les êtres humains naissent libres et égaux en dignité et en droits. " +
    "Ils sont doués de raison et de conscience et doivent agir les uns envers " +
    "les autres dans un esprit de fraternité.",
    50,
  ],
  [
    "Finnish",
    "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja " +
    "oikeuksiltaan. Heille on annettu järki ja omatunto, ja heidän on " +
    "toimittava toisiaan kohtaan veljeyden hengessä.",
    68,
  ],
  [
    "Turkish",
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve " +
    "vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket " +
    "etmelidirler.",
    60,
  ],
  [
    "Polish",
    "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych " +
    "praw. Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec " +
    "innych w duchu braterstwa.",
    64,
  ],
  [
    "Swahili",
    "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa " +
    "akili na dhamiri, hivyo yapasa watendeane kindugu.",
    48,
  ],
  [
    "Russian",
    "Все люди рождаются свободными и равными в своем достоинстве и правах. Они " +
    "наделены разумом и совестью и должны поступать в отношении друг друга в " +
    "духе братства.",
    74,
  ],
  [
    "Arabic",
    "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلاً " +
    "وضميرًا وعليهم أن يعامل بعضهم بعضًا بروح الإخاء.",
    88,
  ],
  [
    "Hindi",
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त " +
    "है । उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है और परस्पर उन्हें भाईचारे के भाव से " +
    "बर्ताव करना चाहिए ।",
    182,
  ],
  [
    "Chinese",
    "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的" +
    "精神相对待。",
    50,
  ],
  [
    "Japanese",
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等で" +
    "ある。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなけ" +
    "ればならない。",
    93,
  ],
  [
    "Korean",
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 " +
    "천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.",
    85,
  ],
  ["emoji", "😀👍🏽❤️🇩🇪👨‍👩‍👧‍👦✅🚀", 40],
  [
    "digests",
    "d41d8cd98f00b204e9800998ecf8427e " +
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    54,
  ],
  [
    "base64",
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXD" +
    "IBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==",
    67,
  ],
  ["numbers", "2026-11-22T17:18:00.123Z 192.168.178.21 4111111111111111", 30],
  [
    "code",
    "export function sum(values: readonly number[]): number {\n" +
    "  return values.reduce((a, b) => a + b, 0);\n}",
    28,
  ],
  [
    "a table",
    "| id | name | price |\n| -- | ---- | ----- |\n| 17 | bolt | 0.25 |\n" +
    "| 18 | washer | 0.05 |",
    36,
  ],
  [
    "a chat",
    "ok so I got it to work lol, but why is it so slow? can u help me. thx! see " +
    "you at 5 pm :)",
    31,
  ],
];

for (const [what, text, tokens] of COUNTED) {
  Deno.test(`tokensOf() is near what a tokenizer counts in ${what}`, () => {
    const ratio = tokensOf(text) / tokens;

    ok(ratio >= 0.75 && ratio <= 1.6, ratio.toFixed(2));
  });
}

Deno.test("tokensOf() has a token for each word, and none for nothing", () => {
  strictEqual(tokensOf(""), 0);
  strictEqual(tokensOf("a bc def four"), 4);
  strictEqual(tokensOf("\x06 \0"), 2);
});

Deno.test("costOf() adds up over spaces and line breaks", () => {
  fc.assert(
    fc.property(texts, texts, (one, two) => {
      const front = one.trim();
      const back = two.trim();
      if (front === "" || back === "") return;

      const sum = costOf(front) + costOf(back);
      strictEqual(costOf(`${front} ${back}`), sum);
      strictEqual(costOf(`${front}\n\n${back}`), sum + TOKEN);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("reach() goes as far as the budget, and never into a pair", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 3000 }), (text, budget) => {
      const whole = text.toWellFormed();
      const { end, cost } = reach(whole, 0, budget);

      ok(whole.slice(0, end).isWellFormed());
      ok(cost <= budget);
      strictEqual(costOf(whole.slice(0, end)), cost);
      ok(end === whole.length || costOf(whole.slice(0, end + 1)) > budget);
    }),
    { numRuns: 1000 },
  );
});
