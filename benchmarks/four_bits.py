"""LoRA and QLoRA beside each other on one device: memory at its highest, tokens a second, and the loss.

    .venv/bin/python benchmarks/four_bits.py [--layers 16 --width 2048 --rows 8 --length 512 --steps 10]

A base model of Llama's shape with weights from a seed, so nothing but its size means anything; on a GPU layers compute
in bfloat16. Memory of a GPU is what torch asked of it; of a processor, what the process had at its highest, so each
method runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.remove(str(Path(__file__).resolve().parent))  # its `profile` hides Python's own

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from trainer.catalogue import recipe
from trainer.precision import Precision
from trainer.recipes.fine_tune.opening import writing
from trainer.recipes.fine_tune.program import written
from trainer.recipes.fine_tune.tuned import TunedNetwork
from trainer.seeding import torch_generator


def made(folder: Path, layers: int, width: int) -> None:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=32_000, hidden_size=width, intermediate_size=11 * width // 4, num_hidden_layers=layers,
        num_attention_heads=width // 64, max_position_embeddings=2048, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)


def measured(folder: Path, method: str, rows: int, length: int, steps: int) -> None:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    precision = Precision(device, torch.bfloat16 if device.type == "cuda" else None)
    p = recipe("fine-tune").check({"method": method, "length": length})
    network = TunedNetwork(writing(folder), p, written, device=device)  # type: ignore[arg-type]
    network.initialise(torch_generator(0))
    tokens = torch.randint(0, 32_000, (rows, length + 1), device=device)
    loss, begin = torch.zeros(()), 0.0
    for step in range(steps + 2):
        if step == 2:  # the first ones prepare
            torch.cuda.synchronize() if device.type == "cuda" else None
            begin = time.perf_counter()
        network.gradient.zero_()
        with precision.layers():
            logits = network((tokens, None), training=True)
        loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        network.flat.sub_(network.gradient, alpha=1e-3)
    told = loss.item()  # waits for the device
    speed = rows * length * steps / (time.perf_counter() - begin)
    on_gpu = torch.cuda.max_memory_allocated() if device.type == "cuda" else 0
    memory = on_gpu or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    name = torch.cuda.get_device_name() if on_gpu else "processor"
    print(json.dumps({"method": method, "device": name, "MB": memory >> 20, "tokens/s": round(speed), "loss": told}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("layers", 16), ("width", 2048), ("rows", 8), ("length", 512), ("steps", 10)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--of", nargs=2, metavar=("METHOD", "FOLDER"), help="one method, on a base model made before")
    chosen = parser.parse_args()
    if chosen.of:
        measured(Path(chosen.of[1]), chosen.of[0], chosen.rows, chosen.length, chosen.steps)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        made(Path(folder), chosen.layers, chosen.width)
        for method in ("lora", "qlora"):
            subprocess.run([sys.executable, __file__, *sys.argv[1:], "--of", method, folder], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
