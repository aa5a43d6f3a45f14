"""Takes out what bounds a payload.

`python -m tests.mutation.sizes [NAME ...]`: exit status as that of `tests.mutation.protocol`.
"""

import sys

from tests.mutation.runner import Mutant, main

SIZES = "tests/property/test_payload_sizes.py"

MUTANTS = (
    Mutant(
        "bound of findings",
        "surepush_client/wire.py",
        "    kept = fitting(own[:MAX_FINDINGS])\n",
        "    kept = own\n",
        (SIZES,),
    ),
    Mutant(
        "bound of an echo",
        "activities/readings.py",
        "    if size <= MAX_ECHO:\n",
        "    if size:\n",
        (SIZES,),
    ),
    Mutant(
        "bound of the ledger",
        "workflows/ledger.py",
        "        self._forget_refused()\n",
        "",
        (SIZES,),
    ),
    Mutant(
        "bound of what is recalled",
        "activities/recall.py",
        "    if len(without_success.model_dump_json()) > MAX_MEMORY:\n",
        "    if not without_success:\n",
        (SIZES,),
    ),
)


if __name__ == "__main__":
    sys.exit(main(MUTANTS))
