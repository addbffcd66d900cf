"""``python -m gradnotes.proofs``: print each theorem with its certificates; exit 1 if one fails."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from .axioms import Instance
from .kernel import NotProved
from .statements import STATEMENTS
from .text import text
from .theorems import Theorem, prove


def lines(theorem: Theorem) -> Iterator[str]:
    """The theorem as text: sentence, steps, certificates, and what each instance owes."""
    yield f"{theorem.name}: {theorem.statement}"
    for certificate in theorem.certificates:
        yield f"  {certificate.claim}"
        yield f"    {text(certificate.goal.expression)} = {certificate}"
        for fact in dict.fromkeys(fact for _, fact in certificate if isinstance(fact, Instance)):
            for side in dict.fromkeys(f"{side.goal}, which is {side}" for side in fact.sides):
                yield f"      {fact.name} needs {side}"


def main(argv: list[str] | None = None) -> int:
    """Prove every theorem; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m gradnotes.proofs", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: every theorem")
    failed = 0
    for name in parser.parse_args(argv).names or STATEMENTS:
        try:
            print(*lines(prove(name)), sep="\n")
        except (NotProved, ValueError) as reason:
            failed += 1
            print(f"{name}: NOT PROVED: {reason}")
    print("all theorems proved" if not failed else f"{failed} not proved")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
