"""Ours against what one would pick instead, on one machine, in turns: `make bench-peers`.

Each peer comes from its package registry into var/peers. Trained weights are not needed: every model has its
exact published shapes with random weights, and the speed does not depend on the values.
"""
