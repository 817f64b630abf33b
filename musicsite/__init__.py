"""The site: settings, addresses, accounts, errors, and what stands before and around the apps."""

import time

# Read as early as Python code of ours runs, to say how long a start took.
STARTED = time.monotonic()
