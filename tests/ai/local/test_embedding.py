from pathlib import Path

import numpy as np
import pytest

from ai.local import embedding
from ai.local.embedding import HashedGrams, load_embedder


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> embedding.Embedder:
    if embedding._weights_folder() is None:
        pytest.skip("the weights of the embedding model are not installed")
    return load_embedder(tmp_path_factory.mktemp("graph"))


def test_vectors_have_unit_length_whatever_they_are_batched_with(embedder: embedding.Embedder) -> None:
    texts = ["Where is my order?", "", "word " * 400, "Var är min order?", "x", "a b", "c d e", "f", "g h"]

    vectors = embedder.encode(texts)

    assert vectors.shape == (9, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(9), abs=1e-4)
    assert embedder.encode(texts[:1])[0] == pytest.approx(vectors[0], abs=1e-4)


def test_meaning_is_nearer_than_spelling(embedder: embedding.Embedder) -> None:
    asked, alike, other = embedder.encode(["My parcel is late", "The package has been delayed", "My pastel is plate"])

    assert asked @ alike > asked @ other


def test_hashed_grams_serve_without_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedding, "_PACKAGE", "no_such_package_of_weights")

    assert load_embedder(tmp_path).name == HashedGrams.name
    assert not list(tmp_path.iterdir())


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if embedding._weights_folder() is None:
        pytest.skip("the weights of the embedding model are not installed")
    monkeypatch.setattr(embedding, "_WEIGHTS_SHA256", "0" * 64)

    assert load_embedder(tmp_path / "a").name == HashedGrams.name


def test_hashed_grams_are_nearer_for_forms_of_a_word() -> None:
    asked, form, other = HashedGrams().encode(["tilaukseni", "tilauksen", "palautus"])

    assert asked @ form > 0.5 > asked @ other


def test_hashed_grams_of_nothing_have_unit_length() -> None:
    assert np.linalg.norm(HashedGrams().encode([""])) == 1
