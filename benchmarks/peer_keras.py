"""The classic example as its authors would run it: Keras on TensorFlow. Prints one JSON line."""

from __future__ import annotations

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
born = time.perf_counter()
import keras  # noqa: E402
import numpy as np  # noqa: E402

data = np.load(sys.argv[1])
epochs = int(sys.argv[2])
keras.utils.set_random_seed(int(sys.argv[3]))
train, test = (data["train"], data["train_digits"]), (data["test"], data["test_digits"])
imported = time.perf_counter() - born

begin, before = time.perf_counter(), time.process_time()
model = keras.Sequential([
    keras.Input((784,)),
    keras.layers.Dense(128, activation="relu"),
    keras.layers.Dense(64, activation="relu"),
    keras.layers.Dense(10, activation="softmax"),
])  # fmt: skip
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train[0] / 255.0, train[1], batch_size=32, epochs=epochs)  # its own report is left on
_, accuracy = model.evaluate(test[0] / 255.0, test[1], verbose=0)
seconds, cpu = time.perf_counter() - begin, time.process_time() - before
print(json.dumps({"imports": imported, "seconds": seconds, "cpu": cpu, "accuracy": float(accuracy)}))
