"""Imports all that a job needs and computes nothing: a fork after torch has computed would hang."""

from __future__ import annotations

import importlib
import os

MODULES = (
    "torch",
    "safetensors.torch",
    "numpy",
    "pyarrow.parquet",
    "pyarrow.csv",
    "pyarrow.compute",
    "PIL.Image",
    "PIL.PngImagePlugin",
    "PIL.JpegImagePlugin",
    "trainer.main",
    "trainer.predict",
)


def preload() -> None:
    """Import everything, the recipes' programs too."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads at import,
    os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")  # and so would pyarrow
    os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")  # asking for GPUs must not start CUDA
    for name in MODULES:
        importlib.import_module(name)
    from trainer.catalogue import recipes  # noqa: PLC0415 - after the environment is set

    for recipe in recipes():
        importlib.import_module(f"{recipe.package}.program")
