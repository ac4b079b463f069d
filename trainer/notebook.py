"""The notebook in which a published model is trained again, step by step, in English and Chinese."""

from __future__ import annotations

from typing import Any

CELLS: tuple[tuple[str, str], ...] = (
    (
        "# Train this model again · 重新训练该模型\n"
        "Everything that the hub did is done here once more, on your machine: the same program, the same seed, the "
        "same rows held out. At the end the metrics stand beside the recorded ones.\n\n"
        "平台做过的一切在您的机器上重做一遍：同样的程序、同样的随机种子、同样的留出行。最后将指标与记录的指标并列对比。",
        "",
    ),
    (
        "## 1. The program · 程序\n"
        "`trainer.zip` is the trainer as it was; Python imports straight from it. What it needs stands in "
        "`requirements.txt`.\n\n"
        "`trainer.zip` 是当时的训练程序，Python 直接从中导入；所需的软件包列在 `requirements.txt` 中。",
        "import json, os, sys, tempfile\n"
        "from pathlib import Path\n"
        "HERE = Path.cwd()  # the folder of this notebook\n"
        'sys.path.insert(0, str(HERE / "trainer.zip"))\n'
        "from trainer import rerun\n"
        "record = rerun.read(HERE)\n"
        'record["job"]',
    ),
    (
        "## 2. The data · 数据\n"
        "The data is not included: each organization shares its own under its terms. Put the files that you may read "
        "(`training/data.parquet` of each dataset) into one folder, under any names; they are recognized by their "
        "SHA-256.\n\n"
        "此处不含数据：各机构按各自的条款共享数据。请把您有权访问的文件（各数据集的 "
        "`training/data.parquet`）放进同一个文件夹，文件名不限；程序按 SHA-256 识别。",
        'DATA = Path(os.environ.get("DATA", "data"))\n'
        'BASE = os.environ.get("BASE")  # of a fine-tuned model: the folder of the base model\n'
        'for item in record["inputs"]: print(item["organization_name"], item["sha256"])\n'
        "files = rerun.find(record, DATA)\n"
        "files",
    ),
    (
        "## 3. Training · 训练\n"
        "The model learns from all organizations' rows together; where the job compared, from each one's alone.\n\n"
        "模型用所有机构的数据共同训练；若任务包含对比，还会用每个机构自己的数据单独训练。",
        "output = Path(tempfile.mkdtemp())\n"
        "spec = rerun.spec_for(record, files, output, BASE)\n"
        "evaluation = rerun.train(spec)",
    ),
    (
        "## 4. The model · 模型\n"
        "The layers, in the order in which a row passes through them.\n\n"
        "模型的各层，按数据经过的顺序列出。",
        'config = json.loads((output / "config.json").read_text(encoding="utf-8"))\n'
        'print(config["parameters_count"], "parameters")\n'
        'for layer in config.get("layers", []):\n'
        '    print(layer["call"], *layer.get("weights", []), layer.get("options") or "")',
    ),
    (
        "## 5. How it learnt · 学习过程\n"
        "The loss after each epoch, on the training rows and on the rows kept for validation.\n\n"
        "每一轮之后的损失：训练行与验证行。",
        'history = [point for point in evaluation["history"] if point["series"] == "together"]\n'
        "try:\n"
        "    import matplotlib.pyplot as plt\n"
        "except ImportError:\n"
        '    for point in history: print({k: point[k] for k in point if k.endswith(("epoch", "loss"))})\n'
        "else:\n"
        '    for name in ("train_loss", "validation_loss"):\n'
        "        points = [point for point in history if name in point]\n"
        '        plt.plot([p["epoch"] for p in points], [p[name] for p in points], label=name)\n'
        '    plt.xlabel("epoch"), plt.ylabel("loss"), plt.legend(), plt.show()',
    ),
    (
        "## 6. The metrics beside the recorded ones · 与记录的指标对比\n"
        "Equal means: no further apart than one in a million. Another processor, graphics card or number of cores may "
        "add numbers in another order, and then differ a little more.\n\n"
        "“相同”指相差不超过百万分之一。处理器、显卡或核心数不同时，加法顺序可能不同，差异会略大一些。",
        'compared = rerun.compare(record["metrics"], evaluation)\n'
        "print(rerun.told(compared))\n"
        "all(line.equal for line in compared)",
    ),
)


def notebook() -> dict[str, Any]:
    """The notebook in Jupyter's own form (nbformat 4.5)."""
    cells: list[dict[str, Any]] = []
    for step, (text, code) in enumerate(CELLS):
        cells.append({"cell_type": "markdown", "id": f"text-{step}", "metadata": {}, "source": text})
        if code:
            ran: dict[str, Any] = {"execution_count": None, "outputs": []}
            cells.append({"cell_type": "code", "id": f"code-{step}", "metadata": {}, "source": code} | ran)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
