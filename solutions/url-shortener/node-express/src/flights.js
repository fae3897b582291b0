/**
 * Shares work among those who ask for the same thing at the same moment.
 *
 * Whoever asks while the work is under way waits for the next round, together with all others who do: what is under way
 * may have looked before they asked. So however many ask at once, there are two rounds, and no answer is older than its
 * question.
 */
export class Flights {
  #rounds = new Map();

  /** Answer with the result of a round of `work` that begins after this call. */
  share(key, work) {
    const round = this.#rounds.get(key);
    if (!round) return this.#begin(key, work);
    round.next ??= round.over.then(() => this.#begin(key, work));
    return round.next;
  }

  #begin(key, work) {
    const result = work();
    const round = { next: undefined };
    const end = () => {
      if (!round.next) this.#rounds.delete(key);
    };
    round.over = result.then(end, end);
    this.#rounds.set(key, round);
    return result;
  }
}
