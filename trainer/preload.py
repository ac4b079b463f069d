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


CALM = {
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that wait by spinning burn the cores of those they wait for
    "OPENBLAS_NUM_THREADS": "1",  # numpy would start threads at import,
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # and so would pyarrow
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # else exactly repeatable runs are refused; read when CUDA starts
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",  # asking for GPUs must not start CUDA
}


def calm() -> None:
    """What libraries read when they are loaded; whoever set it otherwise has a reason."""
    for name, value in CALM.items():
        os.environ.setdefault(name, value)


def preload() -> None:
    """Import everything, the recipes' programs too.

    Not those that need `transformers`, which takes seconds and is rarely wanted.
    """
    calm()
    for name in MODULES:
        importlib.import_module(name)
    from trainer.catalogue import recipes  # noqa: PLC0415 - after the environment is set
    from trainer.reproduce import program  # noqa: PLC0415 - as above

    for recipe in recipes():
        if recipe.needs_transformers:
            continue
        importlib.import_module(f"{recipe.package}.program")
        program(recipe.package)
    first_conversion()


def first_conversion() -> None:
    """Arrow's first step to numpy imports pandas where that is installed: 0.2 s once here, or once per job."""
    import pyarrow as pa  # noqa: PLC0415 - after the environment is set

    pa.array([0]).to_numpy()
