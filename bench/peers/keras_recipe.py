"""The recipe that everybody knows: three LSTMs of 512 over the last hundred notes, predicted anew for each.

Run by the Python of an environment with TensorFlow: says "ready", then for each line with a number writes so
many notes and says how many seconds they took.
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from tensorflow import keras  # type: ignore[import-untyped]

WINDOW, N_NOTES = 100, 358

layers = keras.layers
model = keras.Sequential(
    [
        keras.Input((WINDOW, 1)),
        layers.LSTM(512, return_sequences=True),
        layers.LSTM(512, return_sequences=True),
        layers.LSTM(512),
        layers.BatchNormalization(),
        layers.Dense(256, activation="relu"),
        layers.BatchNormalization(),
        layers.Dense(N_NOTES, activation="softmax"),
    ]
)


def write(n: int) -> float:
    """Seconds for n notes, each the likeliest after the hundred before it."""
    notes = np.random.default_rng(0).integers(0, N_NOTES, WINDOW).tolist()
    began = time.perf_counter()
    for _ in range(n):
        window = np.asarray(notes[-WINDOW:], np.float32).reshape(1, WINDOW, 1) / N_NOTES
        notes.append(int(np.argmax(model.predict(window, verbose=0))))
    return time.perf_counter() - began


write(2)
print("ready", flush=True)
for line in sys.stdin:
    print(write(int(line)), flush=True)
