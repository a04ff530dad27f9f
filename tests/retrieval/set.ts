/**
 * Short documents, and questions that each have one answer among them: 47 that
 * share few words with it or none, and 13 that name it. They were written
 * before the model that they judge, and have not been changed since.
 *
 * @module
 */
import documents from "./documents.json" with { type: "json" };
import queries from "./queries.json" with { type: "json" };

/** By id: the topic and a number. 230 of 23 topics. */
export const DOCUMENTS: ReadonlyMap<string, string> = new Map(
  Object.entries(documents),
);

/** How a question says what it is about. */
export type Kind = keyof typeof queries;

/** What is asked. */
export interface Question {
  readonly kind: Kind;
  readonly text: string;
  /** The id of the document that answers it. */
  readonly answer: string;
}

/** 60 of them. */
export const QUESTIONS: readonly Question[] = [
  ...questionsOf("paraphrases", queries.paraphrases),
  ...questionsOf("keywords", queries.keywords),
];

function questionsOf(
  kind: Kind,
  answers: Readonly<Record<string, string>>,
): Question[] {
  return Object.entries(answers)
    .map(([text, answer]) => ({ kind, text, answer }));
}
