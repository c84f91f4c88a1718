/** How long a manager may take for its first answer; as long as the front waits (front/front.c). */
export const silenceMs = 15_000;

/** What is said of one that takes longer. */
export const silence = `The manager did not answer within ${silenceMs / 1000} s.`;
