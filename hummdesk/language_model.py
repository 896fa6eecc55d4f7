"""The model that tells languages apart: importing this loads it (about a second, 60 MB), so import it late.

The embedded servers import it before they fork, so that their programs share its memory.
"""

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

# Those that agents are served in, and what is easily mistaken for them.
_TOLD_APART = ("fi", "sv", "en", "da", "de", "es", "et", "fr", "it", "nl", "no", "pl", "pt", "ru")


def _trimmed() -> LanguageIdentifier:
    """Return the model of these languages alone, without the tables of the other 128."""
    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(_TOLD_APART)
    return LanguageIdentifier(
        whole.nb_ptc.copy(),
        whole.nb_pc.copy(),
        whole.nb_classes,
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )


IDENTIFIER = _trimmed()
