// Which answers are still wanted, where several requests may be under way at once. Knows no vscode, so that tests can run it.

export class AnswerOrder {
  private asked = 0;
  private answered = 0;

  /** Notes a request. The function, called with its answer, says whether no later request has been answered yet. */
  ask(): () => boolean {
    const own = ++this.asked;
    return () => {
      if (own < this.answered) return false;
      this.answered = own;
      return true;
    };
  }
}
