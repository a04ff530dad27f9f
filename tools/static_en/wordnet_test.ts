import { deepStrictEqual } from "node:assert/strict";
import { pairsOf, sentencesOf, synsetsOf } from "./wordnet.ts";

/** As WordNet 3.1 has them, shortened; before them its licence. */
const NOUNS = `  1 This software and database is being provided to you
02961779 06 n 02 car 0 auto 0 002 @ 03796768 n 0000 + 00302394 v 0101 | a motor vehicle; "he needs a car to get to work"; "a car for hire"
03796768 06 n 01 motor_vehicle 0 000 | a self-propelled wheeled vehicle
`;
const VERBS =
  `00302394 30 v 01 drive 0 002 + 02961779 n 0101 $ 00302395 v 0000 03 + 02 00 + 08 00 + 09 00 | "drive home now"
`;
const SYNSETS = [...synsetsOf(NOUNS, "n"), ...synsetsOf(VERBS, "v")];
const [CAR] = SYNSETS;

Deno.test("synsetsOf() reads words, definition, examples, and what is near", () => {
  deepStrictEqual(CAR, {
    id: "n02961779",
    words: ["car", "auto"],
    gloss: "a motor vehicle",
    examples: ["he needs a car to get to work", "a car for hire"],
    near: ["n03796768", "v00302394"],
  });
});

Deno.test("synsetsOf() passes over verbs' frames, and what the other side says", () => {
  const { gloss, near } = synsetsOf(VERBS, "v")[0] ?? {};

  deepStrictEqual([gloss, near], ["", ["v00302395"]]);
});

Deno.test("synsetsOf() takes what belongs to a word's place from it", () => {
  const [synset] = synsetsOf("00014490 00 a 01 galore(ip) 0 000 | much", "a");

  deepStrictEqual(synset?.words, ["galore"]);
});

Deno.test("sentencesOf() has definitions behind their words, and examples", () => {
  deepStrictEqual(sentencesOf(SYNSETS), [
    "car, auto: a motor vehicle",
    "he needs a car to get to work",
    "a car for hire",
    "motor vehicle: a self-propelled wheeled vehicle",
    "drive home now",
  ]);
});

Deno.test("pairsOf() pairs what means the same, and definitions that are near", () => {
  deepStrictEqual(pairsOf(SYNSETS), [
    ["he needs a car to get to work", "a motor vehicle"],
    ["a car for hire", "a motor vehicle"],
    ["car, auto", "a motor vehicle"],
    ["car", "auto"],
    ["he needs a car to get to work", "a car for hire"],
    [
      "car, auto: a motor vehicle",
      "motor vehicle: a self-propelled wheeled vehicle",
    ],
    ["motor vehicle", "a self-propelled wheeled vehicle"],
  ]);
});
