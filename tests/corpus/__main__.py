"""Prints how a corpus is judged: `python -m tests.corpus [SEED [SIZE]]`; exit status 1 if wrong."""

# ruff: noqa: T201  # a program prints
import sys

from tests.corpus.bases import is_published
from tests.corpus.pairs import AS_FOUND, HARDEST, corpus
from tests.corpus.table import decided, is_wrong, judged, table


def main(seed: int = 1, size: int = 2400) -> int:
    published = is_published()
    if not published:
        print("Codat's published documents are not there; the pairs are from emulator/examples.py.")
    wrong = 0
    for circumstances in (HARDEST, AS_FOUND):
        results = judged(corpus(seed, size, published=published, circumstances=circumstances))
        wrong += sum(is_wrong(*each) for each in results)
        print(f"\n{size} pairs, seed {seed}, {circumstances}\n{table(results)}")
        for facts in (1, 2):
            print(f"apart in {facts} facts or more: {decided(results, facts=facts):.1%} decided")
    print(f"\n{wrong} wrong verdicts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*(int(number) for number in sys.argv[1:])))
