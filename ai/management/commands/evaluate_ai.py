"""`manage.py evaluate_ai --task TASK --dataset DIR --out predictions.jsonl`: what the product says, as a file."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ai.evaluation.dataset import Dataset
from ai.evaluation.report import report_html
from ai.evaluation.tasks import TASKS, Evaluation, judged_keys, predictor_of
from ai.evaluation.vectors import RememberedVectors
from ai.local.embedding import load_embedder


class Command(BaseCommand):
    help = "Predict a folder of inputs as the product would for an account with that history and knowledge."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--task", required=True, help="a task; known beginnings: " + ", ".join(TASKS))
        parser.add_argument("--dataset", required=True, type=Path, help="folder with history, docs and inputs .jsonl")
        parser.add_argument("--out", required=True, type=Path, help="file of the predictions, JSON lines")
        parser.add_argument("--provider", default="local", choices=["local"])
        parser.add_argument("--shots", type=int, help="use only the first so many labelled examples of each class")
        parser.add_argument("--report", type=Path, help="folder of an HTML report, where gold.jsonl is")

    def handle(self, *args: object, **options: Any) -> None:
        predictor = predictor_of(options["task"])
        if predictor is None:
            raise CommandError(f"No task begins like {options['task']!r}. Known: {', '.join(TASKS)}.")
        dataset = Dataset(options["dataset"])
        if not dataset.rows("inputs"):
            raise CommandError(f"{dataset.folder} holds no inputs.jsonl.")
        cache_dir = settings.DATA_DIR / "ai"
        embedder = RememberedVectors(load_embedder(cache_dir), cache_dir)
        run = Evaluation(dataset, embedder, shots=options["shots"])
        began = time.process_time()
        predictions = list(predictor(run))
        run.notes["cpu_s"] = round(time.process_time() - began, 2)
        if embedder.is_changed:
            embedder.save()
        lines = (json.dumps(prediction, ensure_ascii=False) + "\n" for prediction in predictions)
        options["out"].parent.mkdir(parents=True, exist_ok=True)
        options["out"].write_text("".join(lines), encoding="utf-8")
        self.stdout.write(f"{len(predictions)} predictions in {options['out']}; {json.dumps(run.notes)}")
        gold = dataset.rows("gold")
        if options["report"] and gold:
            options["report"].mkdir(parents=True, exist_ok=True)
            for key in judged_keys(options["task"]):
                page = report_html(options["task"], gold, predictions, key=key, notes=run.notes)
                (options["report"] / f"{options['task']}-{key}.html").write_text(page, encoding="utf-8")
