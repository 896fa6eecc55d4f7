from ai.retrieval.chunking import CHUNK_CHARS, LEAST_CHARS, cut_article, cut_text


def test_passages_carry_the_headings_above_them() -> None:
    html = (
        "<p>Before.</p><h2>Returns</h2><p>Thirty days.</p><h3>By post</h3><p>Print a label.</p><h2>Refunds</h2>"
        "<p>Within a week.</p>"
    )

    passages = cut_article("Shop", html)

    assert [(one.heading_path, one.text) for one in passages] == [
        ("Shop", "Before."),
        ("Shop › Returns", "Thirty days."),
        ("Shop › Returns › By post", "Print a label."),
        ("Shop › Refunds", "Within a week."),
    ]


def test_long_text_is_cut_between_sentences() -> None:
    sentence = "The parcel is on its way to the customer now. "

    pieces = cut_text(sentence * 60)

    assert all(LEAST_CHARS <= len(piece) <= CHUNK_CHARS + LEAST_CHARS for piece in pieces)
    assert all(piece.endswith("now.") for piece in pieces)
    assert " ".join(pieces).split() == (sentence * 60).split()


def test_text_without_blanks_is_cut_all_the_same() -> None:
    pieces = cut_text("x" * 5_000)

    assert [len(piece) for piece in pieces] == [900] * 5 + [500]


def test_article_without_text_is_found_by_its_title() -> None:
    (passage,) = cut_article("Opening hours", "")

    assert passage.whole == "Opening hours"


def test_equal_passages_have_equal_hashes() -> None:
    first, second = cut_article("A", "<p>One</p>")[0], cut_article("A", "<div>One</div>")[0]

    assert first.content_hash == second.content_hash
    assert first.content_hash != cut_article("B", "<p>One</p>")[0].content_hash
