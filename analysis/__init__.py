"""Research and audit toolkit for police use of force in the United Kingdom.

Records are officers' reports: not incidents and not people.
"""

import os

__version__ = "0.1.0"

# One thread for linear algebra, set before numpy is imported: sums in the same order on every
# machine, and on small matrices many times faster than threads that wait for each other.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
